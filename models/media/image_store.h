// SPDX-License-Identifier: MIT
// A namespace in an image file.
#pragma once

#include "models/common/mapping.h"
#include "models/media/block_store.h"

namespace ans {

/// Reads go through a shared mapping, writes by pwrite, so that a full disk is an error code. The file is
/// locked (open file description lock) and keeps its size. If somebody truncates it nevertheless, a read may
/// raise SIGBUS before check() can notice; the program, not this class, must turn that into a message.
class ImageStore : public BlockStore {
public:
    enum class Mode : std::uint8_t { ReadWrite, ReadOnly };

    /// Throws MediaOpenError: missing, no rights, no regular file, empty, no multiple of 4096, in use.
    /// Several may use an image read-only at the same time.
    ImageStore(const std::string& path, Mode mode);
    ~ImageStore() override;
    ImageStore(const ImageStore&) = delete;
    ImageStore& operator=(const ImageStore&) = delete;

    bool writable() const override { return file_.mode == Mode::ReadWrite; }
    std::size_t runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) override;
    int write(std::uint64_t lba, std::uint64_t count, const std::byte* data) override;
    int trim(std::uint64_t lba, std::uint64_t count) override;
    /// ESTALE: the file is shorter than when it was opened. From then on nothing is read or written.
    int check() override;
    int sync() override;

private:
    struct File {
        int fd;
        Mode mode;
        std::uint64_t size;  ///< bytes
    };
    static File open_file(const std::string& path, Mode mode);
    ImageStore(const std::string& path, const File& file);

    int write_zeros(std::uint64_t offset, std::uint64_t size);

    const File file_;
    Mapping mapping_;
    bool damaged_ = false;
};

}  // namespace ans
