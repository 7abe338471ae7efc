#pragma once
/// A folder for one test, gone afterwards with all that is in it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace moisson::test {

class ScratchFolder {
public:
    ScratchFolder() {
        std::string form = (std::filesystem::temp_directory_path() / "moisson-test-XXXXXX").string();
        if (::mkdtemp(form.data()) == nullptr) {
            throw std::runtime_error("mkdtemp");
        }
        path_ = form;
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
    /// Names of what is in it, sorted.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            all.push_back(entry.path().filename().string());
        }
        std::sort(all.begin(), all.end());
        return all;
    }
    /// Without waiting for the disk. Returns the file's path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view bytes) const {
        std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.close();
        if (!file.good()) {
            throw std::runtime_error("cannot write " + (path_ / name).string());
        }
        return path_ / name;
    }
    /// "unreadable" where there is no such file.
    [[nodiscard]] std::string read(const std::filesystem::path& name) const {
        std::ifstream file(path_ / name, std::ios::binary);
        return file ? std::string(std::istreambuf_iterator<char>(file), {}) : std::string("unreadable");
    }

private:
    std::filesystem::path path_;
};

}  // namespace moisson::test
