// SPDX-License-Identifier: MIT
#include <array>

#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<Step>> kNames{
    "boot", "identify", "smart",  "io",      "read_image", "write_image", "flush",
    "trim", "suspend",  "resume", "reset",   "shutdown",   "power_cut",   "power_on",
    "wait", "mmio",     "mail",   "command", "abandon",    "sh"};
constexpr std::array<std::string_view, 3> kExpects{"ok", "error", "any"};
constexpr std::array<std::string_view, 2> kQueues{"admin", "io"};
constexpr std::array<std::string_view, 5> kPatterns{"read", "write", "randread", "randwrite", "randrw"};

constexpr std::uint64_t kLargestLba = std::uint64_t{1} << 40;

template <typename N>
std::vector<std::string_view> names(const N& array) {
    return {array.begin(), array.end()};
}

template <typename S>
Type<S> step(std::vector<Key<S>> keys = {}, std::function<bool(const Input&, const S&)> check = {}) {
    keys.push_back(key<S>("expect", &S::expect, choice<StepExpect>(names(kExpects)),
                          "how the step must end; any: both ways are right"));
    return shape<S>(std::move(keys), std::move(check));
}

bool check_io(const Input& in, const Io& io) {
    if (io.block_kib % 4 != 0)
        return in.complain("block_kib is " + std::to_string(io.block_kib) +
                           ", expected a multiple of 4, the size of a block");
    if (io.count && io.size_mib) return in.complain("gives both count and size_mib, expected one of them");
    if (io.range_mib && *io.range_mib * 1024 < io.block_kib)
        return in.complain("range_mib is smaller than one request of block_kib");
    if (io.buffer_mib != 0 && io.verify)
        return in.complain(
            "has both buffer_mib and verify, expected one of them: buffers at random places may overlap");
    if (io.buffer_mib != 0 && io.buffer_mib * 1024 < io.block_kib)
        return in.complain("buffer_mib is smaller than one request of block_kib");
    if (io.threads > io.depth)
        return in.complain("has " + std::to_string(io.threads) + " threads for a depth of " +
                           std::to_string(io.depth) + ", expected no more threads than requests in flight");
    return true;
}

template <typename S>
Type<Step> wrap(const Type<S>& type) {
    return {[read = type.read](const Input& in, Step& out) {
                S value;
                const bool good = read(in, value);
                out = std::move(value);
                return good;
            },
            type.schema,
            {}};
}

Type<Step> wrap_io() {
    const auto percent = [] { return integer<unsigned>(0, 100, "percent"); };
    return wrap(step<Io>(
        {
            key<Io>("pattern", &Io::pattern, choice<Pattern>(names(kPatterns)),
                    "order and direction of the requests"),
            key<Io>("block_kib", &Io::block_kib, integer<std::uint64_t>(4, 4096, "KiB"), "size of a request"),
            key<Io>("depth", &Io::depth, integer<unsigned>(1, 61),
                    "requests in flight, of all threads together"),
            key<Io>("count", &Io::count, optional(integer<std::uint64_t>(1, 1'000'000'000)),
                    "requests in all (1000 if neither count nor size_mib is given)"),
            key<Io>("size_mib", &Io::size_mib, optional(integer<std::uint64_t>(1, kLargestMib, "MiB")),
                    "bytes moved in all, instead of count"),
            key<Io>("offset_mib", &Io::offset_mib, integer<std::uint64_t>(0, kLargestMib, "MiB"),
                    "where the job's range begins"),
            key<Io>("range_mib", &Io::range_mib, optional(integer<std::uint64_t>(1, kLargestMib, "MiB")),
                    "length of the range (to the end of the namespace if not given)"),
            key<Io>("threads", &Io::threads, integer<unsigned>(1, 16), "submitting threads"),
            key<Io>("verify", &Io::verify, boolean(), "what is read must be what was written last"),
            key<Io>("fua_percent", &Io::fua_percent, percent(), "of the writes: forced to the medium"),
            key<Io>("read_percent", &Io::read_percent, percent(), "of randrw: reads"),
            key<Io>("buffer_mib", &Io::buffer_mib, integer<std::uint64_t>(0, 1024, "MiB"),
                    "a thread's buffers lie at random places of so much memory; 0: one buffer a request in "
                    "flight"),
            key<Io>("flush_every", &Io::flush_every, integer<std::uint64_t>(0, 1'000'000),
                    "a flush after so many writes; 0: none"),
            key<Io>("smart_every", &Io::smart_every, integer<std::uint64_t>(0, 1'000'000),
                    "the first thread reads the SMART log after so many of its requests, while others are in "
                    "flight; 0: never"),
            key<Io>("think_us", &Io::think, duration("us", 60e6),
                    "a thread's pause before each request: random, so long on average"),
            key<Io>("seed", &Io::seed, optional(integer<std::uint64_t>(0, UINT64_MAX)),
                    "instead of the scenario's"),
        },
        check_io));
}

Type<Step> wrap_mmio() {
    const auto place = [] { return text(64, "BLOCK.REGISTER or an address"); };
    const Type<unsigned> bits{[](const Input& in, unsigned& out) {
                                  if (in.value != 32 && in.value != 64) return in.expected("32 or 64");
                                  out = in.value.get<unsigned>();
                                  return true;
                              },
                              [] {
                                  return Schema{{"enum", {32, 64}}};
                              },
                              {}};
    Type<Step> type = wrap(step<Mmio>(
        {key<Mmio>("read", &Mmio::read, place(), "register like \"nvme.CSTS\", or an address"),
         key<Mmio>("write", &Mmio::write, place(), "register like \"sart.CONFIG(2)\", or an address"),
         key<Mmio>("value", &Mmio::value, integer<std::uint64_t>(0, UINT64_MAX), "what is written"),
         key<Mmio>("bits", &Mmio::bits, optional(bits),
                   "size of the access (the register's if not given, 32 at an address)"),
         key<Mmio>("times", &Mmio::times, integer<unsigned>(1, 1000), "how often")},
        [](const Input& in, const Mmio& mmio) {
            if (mmio.read.empty() != mmio.write.empty()) return true;
            return in.complain(mmio.read.empty() ? "expected one of the keys read and write"
                                                 : "has both read and write, expected one of them");
        }));
    type.schema = [body = type.schema] {
        Schema schema = body();
        schema["oneOf"] = {Schema{{"required", {"read"}}}, Schema{{"required", {"write"}}}};
        return schema;
    };
    return type;
}

Type<Step> wrap_mail() {
    return wrap(step<Mail>(
        {key<Mail>("endpoint", &Mail::endpoint, integer<std::uint32_t>(0, UINT32_MAX), "all of word 1", true),
         key<Mail>("msg0", &Mail::msg0, integer<std::uint64_t>(0, UINT64_MAX), "word 0", true),
         key<Mail>("times", &Mail::times, integer<unsigned>(1, 1000), "how often, without a pause")}));
}

Type<RawTcb> tcb_type() {
    const auto prp = [] { return optional(integer<std::uint64_t>(0, UINT64_MAX)); };
    return shape<RawTcb>(
        {key<RawTcb>("opcode", &RawTcb::opcode, optional(integer<std::uint8_t>(0, 0xff)),
                     "byte 0 (0 if not given)"),
         key<RawTcb>("flags", &RawTcb::flags, optional(integer<std::uint8_t>(0, 0xff)),
                     "dma_flags: 1 device to memory, 2 memory to device (as the opcode needs)"),
         key<RawTcb>("length", &RawTcb::length, optional(integer<std::uint16_t>(0, 0xffff)),
                     "blocks less one"),
         key<RawTcb>("prp1", &RawTcb::prp1, prp(), "instead of the command's"),
         key<RawTcb>("prp2", &RawTcb::prp2, prp(), "instead of the command's")});
}

Type<Step> wrap_command() {
    using C = RawCommand;
    const auto word32 = [] { return integer<std::uint32_t>(0, UINT32_MAX); };
    const auto prp = [] { return optional(integer<std::uint64_t>(0, UINT64_MAX)); };
    return wrap(step<C>({
        key<C>("queue", &C::queue, choice<RawQueue>(names(kQueues)), "whose entry and doorbell"),
        key<C>("tag", &C::tag, integer<std::uint16_t>(0, 0xffff),
               "slot and doorbell; from 64 on the doorbell only"),
        key<C>("opcode", &C::opcode, integer<std::uint8_t>(0, 0xff), "of the command", true),
        key<C>("id", &C::id, optional(integer<std::uint16_t>(0, 0xffff)),
               "command id (the tag if not given)"),
        key<C>("nsid", &C::nsid, word32(), "namespace"),
        key<C>("blocks", &C::blocks, integer<unsigned>(1, 256), "of data, where the opcode moves any"),
        key<C>("page_offset", &C::page_offset, integer<std::uint32_t>(0, 4095, "bytes"),
               "of the data in its first page"),
        key<C>("cdw10", &C::cdw10, word32(), "command dword 10"),
        key<C>("cdw11", &C::cdw11, word32(), "command dword 11"),
        key<C>("cdw12", &C::cdw12, optional(word32()),
               "command dword 12 (the blocks less one on the I/O queue)"),
        key<C>("prp1", &C::prp1, prp(), "instead of memory of the step's own"),
        key<C>("prp2", &C::prp2, prp(), "instead of what the length needs"),
        key<C>("tcb", &C::tcb, tcb_type(), "where the TCB differs from what fits"),
        key<C>("wait_us", &C::wait, duration("us", 60e6), "after the doorbell"),
        key<C>("invalidate", &C::invalidate, boolean(), "invalidate the tag after the wait"),
    }));
}

// The commands alone, or an object.
Type<Step> wrap_shell() {
    const Type<std::string> commands = text(20'000, "shell commands");
    const Type<Step> whole =
        wrap(step<Shell>({key<Shell>("run", &Shell::run, commands, "commands of the guest's shell", true)}));
    return {[=](const Input& in, Step& out) {
                if (!in.value.is_string()) return whole.read(in, out);
                Shell shell;
                const bool good = commands.read(in, shell.run);
                out = std::move(shell);
                return good;
            },
            [=] {
                return Schema{{"anyOf", {commands.schema(), whole.schema()}}};
            },
            {}};
}

// In the order of the variant.
std::vector<Type<Step>> bodies() {
    const auto lba = [] { return integer<std::uint64_t>(0, kLargestLba, "blocks"); };
    return {
        wrap(step<Boot>()),
        wrap(step<Identify>()),
        wrap(step<Smart>()),
        wrap_io(),
        wrap(step<ReadImage>({key<ReadImage>("compare_with", &ReadImage::compare_with, text(4096, "a path"),
                                             "file to compare with (the run's own image if not given)")})),
        wrap(step<WriteImage>(
            {key<WriteImage>("from", &WriteImage::from, text(4096, "a path"), "file to write", true),
             key<WriteImage>("at_lba", &WriteImage::at_lba, lba(), "first block written")})),
        wrap(step<Flush>()),
        wrap(step<Trim>({key<Trim>("lba", &Trim::lba, lba(), "first block"),
                         key<Trim>("blocks", &Trim::blocks, integer<std::uint64_t>(1, UINT32_MAX, "blocks"),
                                   "how many")})),
        wrap(step<Suspend>()),
        wrap(step<Resume>()),
        wrap(step<Reset>()),
        wrap(step<Shutdown>()),
        wrap(step<PowerCut>()),
        wrap(step<PowerOn>()),
        wrap(step<Wait>({key<Wait>("ms", &Wait::time, duration("ms", 86'400'000), "simulated time", true)})),
        wrap_mmio(),
        wrap_mail(),
        wrap_command(),
        wrap(step<Abandon>()),
        wrap_shell(),
    };
}

}  // namespace

std::string_view step_name(std::size_t index) {
    return kNames[index];
}
std::string_view step_name(const Step& step) {
    return kNames[step.index()];
}
StepExpect step_expect(const Step& step) {
    return std::visit([](const StepBase& base) { return base.expect; }, step);
}
std::string_view step_expect_name(StepExpect expect) {
    return kExpects[static_cast<std::size_t>(expect)];
}
std::string_view pattern_name(Pattern pattern) {
    return kPatterns[static_cast<std::size_t>(pattern)];
}

std::uint64_t Io::requests() const {
    if (count) return *count;
    return size_mib ? (*size_mib * 1024 + block_kib - 1) / block_kib : 1000;
}

// A step is an object of one key, its name; a name alone stands for a step with defaults.
Type<Step> step_type() {
    struct Row {
        std::string_view name;
        Type<Step> type;
    };
    auto rows = std::make_shared<std::vector<Row>>();
    const std::vector<Type<Step>> types = bodies();
    for (std::size_t i = 0; i < kNames.size(); ++i)
        rows->push_back({kNames[i], types[i]});

    return {[rows](const Input& in, Step& out) {
                const bool bare = in.value.is_string();
                if (!bare && !(in.value.is_object() && in.value.size() == 1))
                    return in.expected("the name of a step, or an object with that name as its only key");
                const std::string word = bare ? in.value.get<std::string>() : in.value.begin().key();
                for (const Row& row : *rows) {
                    if (row.name != word) continue;
                    const Json none = Json::object();
                    const Path path(in.path, row.name);
                    return bare ? row.type.read({none, in.path, in.problems}, out)
                                : row.type.read({in.value.begin().value(), path, in.problems}, out);
                }
                const std::string hint = suggestion(word, names(kNames));
                return in.complain("unknown step " + in_quotes(word) +
                                   (hint.empty() ? "; known: " + one_of(names(kNames)) : hint));
            },
            [rows] {
                Schema alone = Schema::array(), any = Schema::array();
                for (const Row& row : *rows) {
                    const Schema body = row.type.schema();
                    if (!body.contains("required") && !body.contains("oneOf") && !body.contains("anyOf"))
                        alone.push_back(std::string(row.name));
                    Schema properties = Schema::object();
                    properties[std::string(row.name)] = body;
                    any.push_back(object_schema(properties, {row.name}));
                }
                any.insert(any.begin(), Schema{{"enum", alone}});
                return Schema{{"anyOf", any}};
            },
            {}};
}

}  // namespace ans::scenario
