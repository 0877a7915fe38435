// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/script_linker.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "testbench/scenario/files/document.h"

namespace ans::scenario {

namespace {

using Kind = RawStep::Kind;

// A `use` in a script that is used in a script, and so on. Deeper, nobody can follow; it bounds recursion.
constexpr std::size_t kDeepestUse = 16;
constexpr std::size_t kMostFiles = 8;

/// One file's scripts.
struct Book {
    std::string file;
    std::vector<RawScript> scripts;
    bool good = true;
};

class Linker {
public:
    Linker(std::vector<RawScript> scripts, const std::string& file, Problems& problems)
        : main_{file, std::move(scripts)}, problems_(problems) {}

    /// Finds what is used and refuses what never ends. False after complaints.
    bool resolve() {
        for (RawScript& script : main_.scripts)
            visit(main_, script);
        return good_;
    }
    const std::vector<RawScript>& scripts() const { return main_.scripts; }
    bool is_part(const RawScript& script) const { return parts_.count(&script) != 0; }
    /// What runs. `open`: references before the first wait are left open.
    bool unroll(const RawScript& script, bool open, fault::Script& out);

private:
    struct Visit {
        bool done = false;
        std::size_t height = 1;  // uses inside uses
        bool takes_time = false;
    };
    struct Unrolling {
        fault::Script& script;
        bool open;
        EventKind last = EventKind::Count;
        std::map<std::pair<const RawStep*, EventKind>, std::uint32_t> known{};
    };

    bool complain(const Book& book, const std::string& pointer, const std::string& text) {
        if (&book == &main_)
            problems_.add(pointer, text);
        else
            problems_.add(via_, book.file + ": " + pointer + ": " + text);
        return good_ = false;
    }
    Book* open_book(const Book& from, const std::string& name, const std::string& pointer);
    bool find(const Book& from, RawStep& step, Book*& book);
    void visit(Book& book, RawScript& script);
    void visit_steps(Book& book, std::vector<RawStep>& steps, Visit& visit);
    void visit_use(Book& book, RawStep& step, Visit& visit);
    bool takes_time(const std::vector<RawStep>& steps) const;
    bool unroll(const std::vector<RawStep>& steps, Unrolling& at);
    bool add_step(const RawStep& step, Unrolling& at);
    bool resolve_event(const RawStep& step, const Book& book, const Unrolling& at, fault::ScriptStep& made);
    std::string place_of(const RawStep& step) const;

    Book main_;
    Problems& problems_;
    std::map<std::string, std::unique_ptr<Book>> books_;
    std::map<const RawScript*, Visit> visits_;
    std::map<const RawStep*, const Book*> foreign_;  // steps of other files
    std::vector<const RawScript*> stack_;
    std::set<const RawScript*> parts_;  // of this file, used by others of it
    std::string via_;                   // the `use` in this file that led to another
    std::size_t unrolled_ = 0;          // steps of all scripts
    bool good_ = true;
};

// nullptr: it has been said that the file cannot be used.
Book* Linker::open_book(const Book& from, const std::string& name, const std::string& pointer) {
    const std::filesystem::path path = std::filesystem::path(from.file).parent_path() / name;
    const std::string file = path.lexically_normal().string();
    const auto known = books_.find(file);
    if (known != books_.end()) return known->second->good ? known->second.get() : nullptr;
    if (books_.size() >= kMostFiles) {
        complain(from, pointer, "uses more than " + std::to_string(kMostFiles) + " files");
        return nullptr;
    }
    Book& book = *books_.emplace(file, std::make_unique<Book>()).first->second;
    book.file = file;
    Problems inside(file);
    std::string text;
    if (read_file(file, text, inside)) {
        const Json document = parse_document(text, inside);
        if (inside.empty()) library_type().read({document, Path(), inside}, book.scripts);
    }
    for (const std::string& problem : inside.texts())
        complain(main_, &from == &main_ ? pointer : via_, problem);
    book.good = inside.empty();
    return book.good ? &book : nullptr;
}

bool Linker::find(const Book& from, RawStep& step, Book*& book) {
    const std::size_t hash = step.use.rfind('#');
    const std::string pointer = step.pointer + "/use";
    const std::string id = hash == std::string::npos ? step.use : step.use.substr(hash + 1);
    if (hash != std::string::npos) book = open_book(from, step.use.substr(0, hash), pointer);
    if (book == nullptr) return false;
    std::vector<std::string_view> names;
    for (RawScript& script : book->scripts) {
        if (script.id == id) step.used = &script;
        names.push_back(script.id);
    }
    if (step.used != nullptr) return true;
    const std::string hint = suggestion(id, names);
    return complain(from, pointer,
                    "no script " + in_quotes(id) +
                        (hash == std::string::npos ? " in this file" : " in " + book->file) +
                        (hint.empty() && !names.empty() ? "; it has " + one_of(names) : hint));
}

void Linker::visit(Book& book, RawScript& script) {
    Visit& at = visits_[&script];
    if (at.done) return;
    stack_.push_back(&script);
    visit_steps(book, script.steps, at);
    stack_.pop_back();
    at.takes_time = takes_time(script.steps);
    at.done = true;
}

void Linker::visit_steps(Book& book, std::vector<RawStep>& steps, Visit& at) {
    for (RawStep& step : steps) {
        if (&book != &main_) foreign_[&step] = &book;
        if (step.kind == Kind::Use) visit_use(book, step, at);
        if (step.kind != Kind::Repeat) continue;
        visit_steps(book, step.steps, at);
        if (good_ && !takes_time(step.steps))
            complain(book, step.pointer + "/repeat",
                     "neither waits nor takes time, so all of it happens at once; give its body a wait or "
                     "wait_us");
    }
}

void Linker::visit_use(Book& book, RawStep& step, Visit& at) {
    if (&book == &main_) via_ = step.pointer + "/use";
    const std::string pointer = step.pointer + "/use";
    Book* target = &book;
    if (!find(book, step, target)) return;
    RawScript& used = *step.used;
    const auto open = std::find(stack_.begin(), stack_.end(), &used);
    if (open != stack_.end()) {
        std::string circle;
        for (auto script = open; script != stack_.end(); ++script)
            circle += in_quotes((*script)->id) + " -> ";
        complain(book, pointer, "never ends: the script uses itself (" + circle + in_quotes(used.id) + ")");
        return;
    }
    if (target == &main_) parts_.insert(&used);
    if (stack_.size() < kDeepestUse) visit(*target, used);
    at.height = std::max(at.height, visits_[&used].height + 1);
    if (stack_.size() >= kDeepestUse || at.height > kDeepestUse)
        complain(book, pointer, "is nested too deep, more than " + std::to_string(kDeepestUse) + " scripts");
}

// A moment lies in the past when it comes round again, and does not count.
bool Linker::takes_time(const std::vector<RawStep>& steps) const {
    return std::any_of(steps.begin(), steps.end(), [this](const RawStep& step) {
        switch (step.kind) {
            case Kind::Wait:
                return step.when.kind != EventKind::Count;
            case Kind::Pause:
                return true;
            case Kind::Do:
                return std::any_of(step.deeds.begin(), step.deeds.end(), [](const Deed& deed) {
                    return !deed.act.action->own() || deed.act.delay != 0;
                });
            case Kind::Repeat:
                return takes_time(step.steps);
            case Kind::Use: {
                const auto visit = visits_.find(step.used);
                return visit != visits_.end() && visit->second.takes_time;
            }
        }
        return false;
    });
}

bool Linker::unroll(const RawScript& script, bool open, fault::Script& out) {
    out.id = script.id;
    out.place = script.pointer;
    out.must_finish = script.must_finish;
    if (open) unrolled_ = 0;  // not to run together
    Unrolling at{out, open};
    return unroll(script.steps, at);
}

bool Linker::unroll(const std::vector<RawStep>& steps, Unrolling& at) {
    for (const RawStep& step : steps) {
        if (step.kind == Kind::Use && foreign_.count(&step) == 0) via_ = step.pointer + "/use";
        bool good = true;
        if (step.kind == Kind::Repeat)
            for (std::uint64_t i = 0; good && i < step.times; ++i)
                good = unroll(step.steps, at);
        else
            good = step.kind == Kind::Use ? unroll(step.used->steps, at) : add_step(step, at);
        if (!good) return false;
    }
    return true;
}

std::string Linker::place_of(const RawStep& step) const {
    const auto foreign = foreign_.find(&step);
    return foreign == foreign_.end() ? step.pointer : foreign->second->file + ": " + step.pointer;
}

bool Linker::resolve_event(const RawStep& step, const Book& book, const Unrolling& at,
                           fault::ScriptStep& made) {
    const auto refers = [](const Deed& deed) { return !deed.references.empty(); };
    if (at.open && at.last == EventKind::Count && std::any_of(step.deeds.begin(), step.deeds.end(), refers))
        return true;
    Problems inside(book.file);
    Problems& problems = &book == &main_ ? problems_ : inside;
    if (resolve_references(step.deeds, at.last, "refers to an event, and no wait for one comes before it",
                           problems, made.actions))
        return true;
    for (const std::string& text : inside.texts())
        problems_.add(via_, text);
    return good_ = false;
}

bool Linker::add_step(const RawStep& step, Unrolling& at) {
    fault::Script& script = at.script;
    if (unrolled_ > fault::kMostScriptSteps) return false;  // it has been said
    if (unrolled_++ == fault::kMostScriptSteps)
        return complain(main_, script.place + "/steps",
                        "makes more than " + std::to_string(fault::kMostScriptSteps) +
                            " steps of the scripts when unrolled");
    // The same step after another wait may refer to another event.
    const auto [known, fresh] =
        at.known.try_emplace({&step, at.last}, static_cast<std::uint32_t>(script.steps.size()));
    script.order.push_back(known->second);
    if (fresh) {
        const auto foreign = foreign_.find(&step);
        const Book& book = foreign == foreign_.end() ? main_ : *foreign->second;
        fault::ScriptStep& made = script.steps.emplace_back();
        made.place = place_of(step);
        made.what = step.what;
        made.pause = step.pause;
        if (step.kind == Kind::Wait) made.wait = step.when;
        if (!resolve_event(step, book, at, made)) return false;
        for (fault::Do& todo : made.actions)
            if (!todo.action->own() && !todo.hit) todo.hit = fault::Hit::Next;
        if (const std::string why = fault::defect(made, at.last); !why.empty())
            return complain(book, step.pointer, "cannot be done: " + why);
    }
    if (step.kind == Kind::Wait && step.when.kind != EventKind::Count) at.last = step.when.kind;
    return true;
}

}  // namespace

bool link_scripts(std::vector<RawScript> scripts, const std::string& file, Problems& problems,
                  std::vector<fault::Script>& out) {
    Linker linker(std::move(scripts), file, problems);
    if (!linker.resolve()) return false;
    bool good = true;
    for (const RawScript& script : linker.scripts())
        if (!linker.is_part(script)) good &= linker.unroll(script, false, out.emplace_back());
    return good;
}

void check_library_scripts(std::vector<RawScript> scripts, const std::string& file, Problems& problems) {
    Linker linker(std::move(scripts), file, problems);
    if (!linker.resolve()) return;
    for (const RawScript& script : linker.scripts()) {
        fault::Script unused;
        linker.unroll(script, true, unused);
    }
}

}  // namespace ans::scenario
