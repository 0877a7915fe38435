// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/shapes.h"

#include <algorithm>
#include <array>

#include "models/soc/profile.h"
#include "testbench/fault/conflict.h"
#include "testbench/scenario/files/register_place.h"

namespace ans::scenario {

namespace {

constexpr std::array<std::string_view, 2> kGenerations{"macos12", "macos13"};
constexpr double kLongestServiceUs = 60e6;  // a minute

Type<Firmware> firmware_type() {
    const auto us = [] { return optional(duration("us", kLongestServiceUs)); };
    return shape<Firmware>({
        key<Firmware>("generation", &Firmware::generation,
                      choice<Generation>({kGenerations.begin(), kGenerations.end()}),
                      "which firmware the machine runs"),
        key<Firmware>("start", &Firmware::start, choice<FirmwareStart>({"off", "left_running", "asleep"}),
                      "how a boot loader left it"),
        key<Firmware>("read_us", &Firmware::read, us(), "service time of a read command"),
        key<Firmware>("write_us", &Firmware::write, us(), "service time of a write command"),
        key<Firmware>("flush_us", &Firmware::flush, us(), "service time of a flush"),
        key<Firmware>("admin_us", &Firmware::admin, us(), "service time of an admin command"),
        key<Firmware>("boot_us", &Firmware::boot, us(), "RUN to the first message"),
        key<Firmware>("ready_us", &Firmware::ready, us(), "CC.EN to CSTS.RDY"),
        key<Firmware>("shutdown_us", &Firmware::shutdown, us(), "CC.SHN to the end of the shutdown"),
    });
}

Type<Machine> machine_type() {
    return shape<Machine>(
        {
            key<Machine>("dram_mib", &Machine::dram_mib,
                         optional(integer<std::uint64_t>(16, 1u << 20, "MiB")),
                         "size of DRAM (the SoC's if not given)"),
            key<Machine>("dram_base", &Machine::dram_base,
                         optional(integer<std::uint64_t>(0, (1ull << 42) - 1)),
                         "address of DRAM (the SoC's if not given)"),
            key<Machine>("mailbox_depth", &Machine::mailbox_depth, integer<unsigned>(1, 16, "messages"),
                         "what each mailbox FIFO holds"),
            key<Machine>("irq_entry_us", &Machine::irq_entry, duration("us", 1000),
                         "interrupt wire to handler"),
        },
        [](const Input& in, const Machine& machine) {
            const std::uint64_t base = machine.dram_base.value_or(0),
                                end = base + (machine.dram_mib.value_or(0) << 20);
            if (base % 0x1000 != 0) return in.complain("dram_base is not a multiple of 0x1000");
            return end <= 1ull << 42 || in.complain("DRAM ends beyond the 42 address bits of these SoCs");
        });
}

Type<Models> models_type() {
    const auto which = [] { return choice<Implementation>({"tlm", "rtl", "lockstep"}); };
    return shape<Models>(
        {
            key<Models>("mailbox", &Models::mailbox, which(), "TLM model, RTL twin, or both compared"),
            key<Models>("sart", &Models::sart, which(), "TLM model, RTL twin, or both compared"),
            key<Models>("clock_ns", &Models::clock_ns, integer<unsigned>(1, 1000, "ns"),
                        "period of the RTL twins' clock"),
        },
        [](const Input& in, const Models& models) {
            const bool twins = models.mailbox != Implementation::Tlm || models.sart != Implementation::Tlm;
            return Twins::built() || !twins ||
                   in.complain("needs RTL twins, and this build has none: Verilator was not found");
        });
}

// A size of the memory namespace: one of three keys fills the same member.
Key<Media> memory_key(std::string_view name, unsigned shift, std::string_view unit) {
    const auto type = integer<std::uint64_t>(1, kLargestMib >> (shift - 20), unit);
    return {name, "size of a namespace in memory, instead of image", false,
            [read = type.read, shift](const Input& in, Media& out) {
                std::uint64_t count = 0;
                if (!read(in, count)) return false;
                out.memory_bytes = count << shift;
                return true;
            },
            [type](const Media&) {
                Schema schema{{"description", "size of a namespace in memory, instead of image"}};
                schema.update(type.schema());
                return schema;
            }};
}

bool check_media(const Input& in, const Media& media) {
    std::string given;
    for (const char* name : {"image", "memory_mib", "memory_gib", "memory_tib"}) {
        if (!in.value.contains(name)) continue;
        if (!given.empty())
            return in.complain("gives both " + given + " and " + name + ", expected one of them");
        given = name;
    }
    if (media.read_only && media.image.empty()) return in.complain("read_only needs an image");
    if ((media.mdts_kib & (media.mdts_kib - 1)) != 0)
        return in.complain("mdts_kib is " + std::to_string(media.mdts_kib) + ", expected a power of two");
    return true;
}

Type<Media> media_type() {
    return shape<Media>(
        {
            key<Media>("image", &Media::image, text(4096, "a path"),
                       "disk image, relative to the scenario file"),
            key<Media>("read_only", &Media::read_only, boolean(), "writes to the image are refused"),
            memory_key("memory_mib", 20, "MiB"),
            memory_key("memory_gib", 30, "GiB"),
            memory_key("memory_tib", 40, "TiB"),
            key<Media>("cache_mib", &Media::cache_mib, integer<std::uint64_t>(0, 4096, "MiB"),
                       "volatile write cache"),
            key<Media>("mdts_kib", &Media::mdts_kib, integer<std::uint64_t>(8, 4096, "KiB"),
                       "largest transfer of one command, a power of two; Identify cannot tell 4"),
            key<Media>("serial", &Media::serial, optional(text(20, "a serial number")),
                       "as Identify tells it"),
            key<Media>("model", &Media::model, optional(text(40, "a model name")), "as Identify tells it"),
        },
        check_media);
}

Type<GuestMount> mount_type() {
    return shape<GuestMount>({
        key<GuestMount>("name", &GuestMount::name, text(40, "a name"), "it appears at /host/NAME", true),
        key<GuestMount>("path", &GuestMount::path, text(4096, "a path"), "relative to the scenario file", true),
        key<GuestMount>("writable", &GuestMount::writable, boolean(), "the guest may write there"),
    });
}

Type<Guest> guest_type() {
    return shape<Guest>({
        key<Guest>("flavour", &Guest::flavour, choice<GuestFlavour>({"plain", "kasan"}),
                   "kasan: a kernel that finds its own memory errors"),
        key<Guest>("memory_mib", &Guest::memory_mib, integer<std::uint64_t>(64, 1024, "MiB"),
                   "the guest's memory"),
        key<Guest>("parameters", &Guest::parameters, list(text(200, "MODULE.NAME=VALUE"), 20),
                   "parameters of its modules, like nvme_core.io_timeout=5"),
        key<Guest>("mounts", &Guest::mounts, list(mount_type(), 8), "folders of the host's that it sees"),
        key<Guest>("patience_s", &Guest::patience_s, number(1, 3600, "s"),
                   "real time that it may say nothing before the run is stuck"),
    });
}

Type<Driver> driver_type() {
    return shape<Driver>({
        key<Driver>("kind", &Driver::kind, choice<DriverKind>({"reference", "foreign", "linux"}),
                    "who drives the machine; foreign: code of the user's, through the C ABI, instead of `steps`; "
                    "linux: a kernel in User Mode Linux"),
        key<Driver>("library", &Driver::library, text(4096, "a path"),
                    "the foreign driver: a shared object, relative to the scenario file, that exports "
                    "ans2emu_driver_main"),
        key<Driver>("guest", &Driver::guest, guest_type(), "where kind is linux: the machine around the kernel"),
        key<Driver>("omit", &Driver::omit,
                    list(choice<driver::Measure>(driver::measure_names()), driver::kMeasureCount),
                    "protective measures left out, to show what they are for"),
        key<Driver>("queue_depth", &Driver::queue_depth, integer<unsigned>(1, 61),
                    "I/O commands in flight at most"),
        key<Driver>("io_timeout_ms", &Driver::io_timeout, duration("ms", kLongestMs),
                    "patience with an I/O command"),
        key<Driver>("admin_timeout_ms", &Driver::admin_timeout, duration("ms", kLongestMs),
                    "patience with an admin command"),
        key<Driver>("shutdown_timeout_ms", &Driver::shutdown_timeout, duration("ms", kLongestMs),
                    "patience with the shutdown, and with each command before it"),
        key<Driver>("use_interrupts", &Driver::use_interrupts, boolean(), "false: the driver polls"),
    });
}

Type<Limits> limits_type() {
    return shape<Limits>({
        key<Limits>("sim_ms", &Limits::sim_time, duration("ms", kLongestMs),
                    "simulated time after which a run is stuck"),
        key<Limits>("wall_s", &Limits::wall_s, number(0.1, 86400, "s"),
                    "real time after which the watchdog ends a run"),
    });
}

Type<KernelExpect> kernel_expect_type() {
    return shape<KernelExpect>({
        key<KernelExpect>("release", &KernelExpect::release, text(60, "how a release begins, like 6.12."),
                          "how `uname -r` begins", true),
        {"expect", "instead of the scenario's", true,
         [type = expect_type()](const Input& in, KernelExpect& out) { return type.read(in, out.expect); },
         [](const KernelExpect&) {
             return Schema{{"description", "instead of the scenario's"}, {"$ref", "#/properties/expect"}};
         }},
    });
}

Type<std::string> soc_type() {
    std::vector<std::string_view> names;
    std::size_t count = 0;
    const SocProfile* profiles = soc_profiles(count);
    for (std::size_t i = 0; i < count; ++i)
        names.push_back(profiles[i].name);
    return word(std::move(names));
}

// Rules that never have their moment: the run is over by then, or another rule takes what they wait for.
void check_rules(const Path& faults, const Scenario& scenario, Problems& problems) {
    for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
        const fault::Rule& rule = scenario.faults[i];
        const Path path(faults, i);
        if (rule.when.after >= scenario.limits.sim_time)
            problems.add(Path(path, "when"),
                         "after_us is not below the run's limit (limits.sim_ms), so the rule can never fire");
        for (std::size_t j = 0; j < i; ++j)
            if (const std::string why = fault::fight(scenario.faults[j], rule); !why.empty()) {
                problems.add(Path(path, "do"), why);
                break;
            }
    }
}

// Which registers there are depends on the SoC.
void check_places(const Path& steps, const Scenario& scenario, Problems& problems) {
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
        const auto* mmio = std::get_if<Mmio>(&scenario.steps[i]);
        if (mmio == nullptr || mmio->place().empty()) continue;
        const Path step(steps, i), body(step, "mmio");
        CpuPlace place;
        const std::string wrong = find_place(scenario.soc, mmio->place(), place);
        if (!wrong.empty()) problems.add(Path(body, mmio->read.empty() ? "write" : "read"), wrong);
    }
}

// Scripts that share a rule's name, or whose pauses alone are longer than the run.
void check_scripts(const Scenario& scenario, Problems& problems) {
    for (const fault::Script& script : scenario.scripts) {
        for (const fault::Rule& rule : scenario.faults)
            if (rule.id == script.id)
                problems.add(script.place + "/id",
                             "id " + in_quotes(script.id) + " is taken by a fault rule");
        SimTime left = scenario.limits.sim_time;
        for (const std::uint32_t index : script.order) {
            const fault::ScriptStep& step = script.steps[index];
            const SimTime moment = step.wait ? step.wait->after : 0;
            if (moment < scenario.limits.sim_time && step.pause < left) {
                left -= step.pause;
                continue;
            }
            problems.add(script.place, "never ends: at " + in_quotes(step.place) +
                                           " its waiting is not below the run's limit (limits.sim_ms)");
            break;
        }
    }
}

// The reference driver does what the file says, a foreign one what its own code says.
void check_driver(const Path& root, const Scenario& scenario, Problems& problems) {
    const bool foreign = scenario.driver.kind == DriverKind::Foreign;
    if (!foreign && scenario.steps.empty() && !problems.any_inside("/steps"))
        problems.add(root, "key \"steps\" is missing");
    if (foreign && !scenario.steps.empty())
        problems.add(Path(root, "steps"), "a foreign driver has no steps: its own code says what is done");
    if (!foreign && !scenario.driver.library.empty())
        problems.add(Path(Path(root, "driver"), "library"), "only a foreign driver is a library");
}

// What no part shows alone. Judges only parts that are good by themselves.
void check_whole(const Path& root, const Scenario& scenario, Problems& problems) {
    const Path faults(root, "faults"), steps(root, "steps");
    for (std::size_t i = 0; i < scenario.faults.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const std::string& id = scenario.faults[i].id;
            if (id.empty() || scenario.faults[j].id != id) continue;
            const Path rule(faults, i);
            problems.add(Path(rule, "id"),
                         "id " + in_quotes(id) + " is taken by rule " + std::to_string(j) + " already");
            break;
        }
    if (!problems.any_inside("/faults")) check_rules(faults, scenario, problems);
    if (!problems.any_inside("/driver")) check_driver(root, scenario, problems);
    if (!problems.any_inside("/soc")) check_places(steps, scenario, problems);
    if (problems.empty()) check_scripts(scenario, problems);
    if (!problems.any_inside("/steps") && !problems.any_inside("/faults"))
        check_order(scenario, steps, problems);
}

}  // namespace

std::string_view generation_name(Generation generation) {
    return kGenerations[static_cast<std::size_t>(generation)];
}

Type<Policies> policies_type() {
    const auto presets = choice<Policies::Preset>({"default", "strict", "lenient"});
    std::vector<Key<Policies>> keys{{"preset", "where every policy starts from", false,
                                     [](const Input&, Policies&) { return true; },
                                     [presets](const Policies&) {
                                         return Schema{{"description", "where every policy starts from"},
                                                       {"enum", presets.schema()["enum"]},
                                                       {"default", "default"}};
                                     }}};
    for (std::size_t i = 0; i < kPolicies; ++i) {
        const auto id = static_cast<PolicyId>(i);
        const PolicyInfo& info = policy_info(id);
        std::vector<std::string_view> values;
        for (const std::string_view value : info.values)
            if (!value.empty()) values.push_back(value);
        keys.push_back({info.name, info.question, false,
                        [values, id](const Input& in, Policies& out) {
                            std::size_t index = 0;
                            if (!read_choice(in, values, index)) return false;
                            out.set_raw(id, static_cast<std::uint8_t>(index));
                            return true;
                        },
                        [values, &info](const Policies& defaults) {
                            Schema schema{{"description", info.question}};
                            schema.update(choice_schema(values));
                            schema["default"] = std::string(values[info.by_default]);
                            (void)defaults;
                            return schema;
                        }});
    }
    const Type<Policies> table = shape<Policies>(std::move(keys));
    return {[presets, table](const Input& in, Policies& out) {
                bool good = true;
                if (in.value.is_object() && in.value.contains("preset")) {
                    auto preset = Policies::Preset::Default;
                    const Path path(in.path, "preset");
                    good = presets.read({in.value["preset"], path, in.problems}, preset);
                    out = Policies(preset);
                }
                return table.read(in, out) && good;
            },
            table.schema,
            {}};
}

Type<Scenario> scenario_type() {
    const Key<Scenario> editor_hint{"$schema", "for editors: where the schema of this file lies", false,
                                    [](const Input& in, Scenario&) {
                                        return in.value.is_string() || in.expected("the path of a schema");
                                    },
                                    [](const Scenario&) {
                                        return Schema{{"type", "string"}};
                                    }};
    const Type<Scenario> table = shape<Scenario>({
        editor_hint,
        key<Scenario>("name", &Scenario::name, text(80, "a short title"), "a short title", true),
        key<Scenario>("description", &Scenario::description, text(2000, "what a reader learns from this run"),
                      "what a reader learns from this run", true),
        key<Scenario>("schema_version", &Scenario::schema_version,
                      integer<std::uint64_t>(kSchemaVersion, kSchemaVersion), "of this file format"),
        key<Scenario>("soc", &Scenario::soc, soc_type(), "which SoC is emulated"),
        key<Scenario>("seed", &Scenario::seed, integer<std::uint64_t>(0, UINT64_MAX),
                      "of everything drawn by chance"),
        key<Scenario>("firmware", &Scenario::firmware, firmware_type(), "the coprocessor's firmware"),
        key<Scenario>("machine", &Scenario::machine, machine_type(), "what differs from the SoC's profile"),
        key<Scenario>("models", &Scenario::models, models_type(), "how blocks are implemented"),
        key<Scenario>("policies", &Scenario::policies, policies_type(),
                      "what hardware does where nobody knows"),
        key<Scenario>("media", &Scenario::media, media_type(), "the disk"),
        key<Scenario>("driver", &Scenario::driver, driver_type(), "the driver under test"),
        key<Scenario>("faults", &Scenario::faults, list(rule_type(), 100), "what goes wrong"),
        scripts_key(),
        key<Scenario>("steps", &Scenario::steps, list(step_type(), 1000, 1),
                      "what is done, in order; the reference driver's, and it must have some"),
        key<Scenario>("expect", &Scenario::expect, expect_type(), "what must come of it"),
        key<Scenario>("kernels", &Scenario::kernels, list(kernel_expect_type(), 20),
                      "what is expected of other kernels: the first whose release fits counts"),
        key<Scenario>("limits", &Scenario::limits, limits_type(), "when to stop waiting"),
    });
    return {[table](const Input& in, Scenario& out) {
                const bool good = table.read(in, out);
                if (in.value.is_object()) check_whole(in.path, out, in.problems);
                return good && in.problems.empty();
            },
            table.schema,
            {}};
}

}  // namespace ans::scenario
