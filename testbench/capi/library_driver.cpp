// SPDX-License-Identifier: MIT
// A driver that is a shared object, as `ans2emu run --driver` takes it.
#include <dlfcn.h>

#include "testbench/capi/foreign_conductor.h"
#include "testbench/capi/session.h"
#include "testbench/scenario/files/problem.h"

namespace ans::capi {

namespace {

using DriverMain = int (*)(ans2emu_machine*);

DriverMain load(const std::string& file) {
    // A name without a slash would be looked for among the system's libraries.
    const std::string path = file.find('/') == std::string::npos ? "./" + file : file;
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw scenario::UserError("driver " + file + " cannot be loaded: " + dlerror());
    void* const entry = dlsym(library, "ans2emu_driver_main");
    if (entry == nullptr)
        throw scenario::UserError("driver " + file + " does not export ans2emu_driver_main");
    return reinterpret_cast<DriverMain>(entry);
}

}  // namespace

host::Engine::End ForeignConductor::drive(SimTime) {
    if (scenario_.driver.library.empty())
        throw scenario::UserError(scenario_.path +
                                  ": the driver is foreign; say which with --driver FILE or driver.library");
    DriverMain entry = load(scenario_.driver.library);
    const auto body = [](ans2emu_machine* machine, void* context) {
        return (*static_cast<DriverMain*>(context))(machine);
    };
    int returned = 0;
    run("driver", body, &entry, returned);
    return end_;
}

std::unique_ptr<scenario::Conductor> foreign_conductor(const scenario::Scenario& scenario, scenario::Rig& rig,
                                                       EventHub& events, scenario::RunObserver* observer) {
    auto conductor = std::make_unique<ForeignConductor>(scenario, rig, events, observer);
    Session::instance().adopt(*conductor);
    return conductor;
}

}  // namespace ans::capi
