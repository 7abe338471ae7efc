#pragma once
/// What is verified in a child is handed over here: one open bundle, or the names of a folder's files and, for the asking, their
/// descriptors. The parent opens nothing that is not in its own list. Only the bundle room includes this header.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bundle/bundle.hpp"
#include "bundle/caged.hpp"
#include "bundle/file_source.hpp"
#include "cage/cage.hpp"

namespace moisson::bundle {

/// The child's folder: names, and descriptors for the asking.
class AskedFolder final : public FileSource {
public:
    AskedFolder(cage::Link& link, std::vector<Entry> entries) : link_(link), entries_(std::move(entries)) {}
    [[nodiscard]] Result<std::vector<Entry>> list(std::size_t entries_max) override;
    [[nodiscard]] Result<OpenFile> open(const std::string& path) override;

private:
    cage::Link& link_;
    std::vector<Entry> entries_;
};

/// What is handed over, and how long it is.
struct Handed {
    std::vector<FileSource::Entry> entries;
    std::optional<OpenFile> bundle;
    std::uint64_t size_bytes = 0;
};

/// `folder` is that of `path`, where it is one. `disk`.
[[nodiscard]] Result<Handed> hand_over(const std::filesystem::path& path, Verifiable kind, FileSource& folder);

/// Sends it, with the task that it is for and what that task says; the names that the child may ask for.
[[nodiscard]] std::set<std::string> put_handed(cage::Cage& child, Handed handed, Task bundle_task, Task folder_task,
                                               std::string_view said = {});

/// The parent's answer to who asks for a file.
class Opener {
public:
    Opener(cage::Cage& child, FileSource& files, std::set<std::string> names);
    /// False: it is none of the names, or was asked for too often.
    [[nodiscard]] bool open(const std::string& path);

private:
    cage::Cage& child_;
    FileSource& files_;
    const std::set<std::string> names_;
    std::size_t opens_left_;
};

/// A child's error gets the path that there is none of in the child.
void name_place(Error& error, const std::filesystem::path& place, Verifiable kind);

}  // namespace moisson::bundle
