/// libFuzzer's entry, and what the targets share.

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of exactly this size, so that a read behind its end is seen.
    const std::vector<char> input(data, data + size);
    moisson::fuzz::run({input.data(), input.size()});
    return 0;
}

namespace moisson::fuzz {

namespace {

std::uint32_t crc_of(std::string_view bytes) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t at = 0; at < 256; ++at) {
            std::uint32_t value = at;
            for (int bit = 0; bit < 8; ++bit) {
                value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xedb88320U : 0U);
            }
            made[at] = value;
        }
        return made;
    }();
    std::uint32_t crc = 0xffffffffU;
    for (const char byte : bytes) {
        crc = table[(crc ^ static_cast<std::uint8_t>(byte)) & 0xffU] ^ (crc >> 8U);
    }
    return ~crc;
}

void append_number(std::string& to, std::uint64_t value, int bytes) {
    for (int at = 0; at < bytes; ++at) {
        to += static_cast<char>(value >> (8 * at));
    }
}

/// What local header and directory have in common (APPNOTE 4.4.3 to 4.4.10).
void append_header(std::string& to, const std::string& name, const std::string& content) {
    append_number(to, 20, 2);
    append_number(to, 0x800, 2);
    append_number(to, 0, 2);
    append_number(to, 0x00210000, 4);
    append_number(to, crc_of(content), 4);
    append_number(to, content.size(), 4);
    append_number(to, content.size(), 4);
    append_number(to, name.size(), 2);
    append_number(to, 0, 2);
}

}  // namespace

void require(bool holds, std::string_view what) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
        std::abort();
    }
}

std::uint8_t take_byte(std::string_view& input) {
    if (input.empty()) {
        return 0;
    }
    const auto byte = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    return byte;
}

std::string_view take_line(std::string_view& input) {
    const std::size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    return line;
}

std::vector<std::pair<std::string, std::string>> take_files(std::string_view input) {
    std::vector<std::pair<std::string, std::string>> files;
    while (!input.empty() && files.size() < 32) {
        const std::string_view line = take_line(input);
        if (line.starts_with("@@ ") && line.size() < 200) {
            files.emplace_back(std::string(line.substr(3)), std::string());
        } else if (!files.empty()) {
            files.back().second.append(line).append("\n");
        }
    }
    return files;
}

std::string stored_zip(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string zip;
    std::string directory;
    for (const auto& [name, content] : files) {
        const std::size_t offset = zip.size();
        append_number(zip, 0x04034b50, 4);
        append_header(zip, name, content);
        zip += name + content;
        append_number(directory, 0x02014b50, 4);
        append_number(directory, 20, 2);
        append_header(directory, name, content);
        append_number(directory, 0, 2 + 2 + 2);
        append_number(directory, 0, 4);
        append_number(directory, offset, 4);
        directory += name;
    }
    const std::size_t offset = zip.size();
    zip += directory;
    append_number(zip, 0x06054b50, 4);
    append_number(zip, 0, 4);
    append_number(zip, files.size(), 2);
    append_number(zip, files.size(), 2);
    append_number(zip, directory.size(), 4);
    append_number(zip, offset, 4);
    append_number(zip, 0, 2);
    return zip;
}

const std::filesystem::path& scratch() {
    struct Folder {
        std::filesystem::path path;
        Folder() {
            std::error_code ignored;
            const std::filesystem::path memory = "/dev/shm";
            const bool in_memory = ::access(memory.c_str(), W_OK) == 0;
            std::string pattern = ((in_memory ? memory : std::filesystem::temp_directory_path(ignored)) / "moisson-fuzz-XXXXXX").string();
            require(::mkdtemp(pattern.data()) != nullptr, "a folder can be made");
            path = pattern;
        }
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
        ~Folder() {
            std::error_code ignored;
            std::filesystem::remove_all(path, ignored);
        }
    };
    static const Folder folder;
    return folder.path;
}

void put(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    require(file.good(), "a file can be written");
}

}  // namespace moisson::fuzz
