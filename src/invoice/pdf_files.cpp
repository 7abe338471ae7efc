#include "invoice/pdf_files.hpp"

#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"
#include "invoice/observation.hpp"

namespace moisson::invoice {

namespace {

constexpr std::array<std::string_view, 3> known_names{"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"};

/// Takes what is unpacked, up to a limit: then it throws, which ends the unpacking.
class Taker final : public Pipeline {
public:
    Taker(std::uint64_t bytes_max, const TimeLeft& time) : Pipeline("taker", nullptr), bytes_max_(bytes_max), time_(time) {}
    void write(unsigned char const* data, std::size_t size) override {
        if (size > bytes_max_ - bytes.size() || time_.is_over()) {
            is_over = true;
            throw std::runtime_error("over budget");
        }
        bytes.append(static_cast<const char*>(static_cast<const void*>(data)), size);
    }
    void finish() override {}

    std::string bytes;
    bool is_over = false;

private:
    std::uint64_t bytes_max_;
    const TimeLeft& time_;
};

/// Walks a tree of /Kids, each node once.
class Walk {
public:
    enum class Verdict : std::uint8_t { good, circle, too_large };

    template <class Visit>
    Verdict walk(QPDFObjectHandle node, const Visit& visit, int depth = 0) {
        if (!node.isDictionary()) {
            return Verdict::good;
        }
        if (node.isIndirect() && !seen_.insert(node.getObjGen()).second) {
            return Verdict::circle;
        }
        if (++nodes_ > limits::tree_nodes || depth > limits::tree_depth) {
            return Verdict::too_large;
        }
        visit(node);
        QPDFObjectHandle kids = node.getKey("/Kids");
        if (!kids.isArray()) {
            return Verdict::good;
        }
        Verdict verdict = Verdict::good;
        const int count = kids.getArrayNItems();
        for (int at = 0; at < count && verdict != Verdict::too_large; ++at) {
            verdict = std::max(verdict, walk(kids.getArrayItem(at), visit, depth + 1));
        }
        return verdict;
    }

private:
    std::set<QPDFObjGen> seen_;
    std::size_t nodes_ = 0;
};

class Embedded {
public:
    Embedded(QPDF& pdf, std::uint64_t file_bytes, const TimeLeft& time, std::vector<Observation>& observations)
        : pdf_(pdf),
          time_(time),
          observations_(observations),
          left_(std::min(limits::xml_bytes, limits::unpacked_ratio * file_bytes + limits::unpacked_free_bytes)) {}

    Result<std::vector<EmbeddedFile>> read() {
        if (auto listed = list(); !listed) {
            return fail(std::move(listed.error()));
        }
        std::stable_sort(found_.begin(), found_.end(), [](const Found& one, const Found& other) { return one.is_known > other.is_known; });
        std::vector<EmbeddedFile> files;
        for (Found& found : found_) {
            auto bytes = unpacked(found);
            if (!bytes) {
                return fail(std::move(bytes.error()));
            }
            if (!bytes->empty()) {
                files.push_back({std::move(found.name), found.is_known, std::move(*bytes)});
            }
        }
        return files;
    }

private:
    struct Found {
        std::string name;
        bool is_known;
        QPDFObjectHandle stream;
    };

    Status list() {
        QPDFObjectHandle root = pdf_.getRoot();
        if (QPDFObjectHandle names = root.getKey("/Names"); names.isDictionary()) {
            const auto verdict = Walk().walk(names.getKey("/EmbeddedFiles"), [&](QPDFObjectHandle node) { take_names(node); });
            if (verdict == Walk::Verdict::too_large) {
                return fail(ErrorCode::too_large, messages::pdf_tree_too_large);
            }
            if (verdict == Walk::Verdict::circle) {
                observe(observations_, "invoice-unreadable", messages::pdf_names_in_circle);
            }
        }
        if (QPDFObjectHandle files = root.getKey("/AF"); files.isArray()) {
            const int count = std::min(files.getArrayNItems(), static_cast<int>(limits::tree_nodes));
            for (int at = 0; at < count; ++at) {
                take_file(files.getArrayItem(at), "");
            }
        } else {
            take_file(files, "");
        }
        if (looked_at_ > limits::embedded_files) {
            return fail(ErrorCode::too_large, messages::pdf_too_many_files(limits::embedded_files));
        }
        return {};
    }

    /// Pairs of name and file.
    void take_names(QPDFObjectHandle node) {
        QPDFObjectHandle pairs = node.getKey("/Names");
        if (!pairs.isArray()) {
            return;
        }
        const int count = std::min(pairs.getArrayNItems(), static_cast<int>(limits::tree_nodes));
        for (int at = 0; at + 1 < count; at += 2) {
            QPDFObjectHandle name = pairs.getArrayItem(at);
            take_file(pairs.getArrayItem(at + 1), name.isString() ? name.getUTF8Value() : "");
        }
    }

    void take_file(QPDFObjectHandle file, std::string name) {
        QPDFObjectHandle streams = file.isDictionary() ? file.getKey("/EF") : QPDFObjectHandle::newNull();
        if (!streams.isDictionary()) {
            return;
        }
        for (const char* const key : {"/F", "/UF"}) {  // the later one is Unicode
            if (QPDFObjectHandle said = file.getKey(key); said.isString()) {
                name = said.getUTF8Value();
            }
        }
        QPDFObjectHandle stream = streams.getKey("/UF");
        stream = stream.isStream() ? stream : streams.getKey("/F");
        if (!stream.isStream() || !seen_.insert(stream.getObjGen()).second || ++looked_at_ > limits::embedded_files) {
            return;
        }
        QPDFObjectHandle subtype = stream.getDict().getKey("/Subtype");
        const std::string type = subtype.isName() ? subtype.getName() : "";
        const std::string plain = lower(std::string_view(name));
        const bool is_known = std::find(known_names.begin(), known_names.end(), plain) != known_names.end();
        if (is_known || plain.ends_with(".xml") || type == "/text/xml" || type == "/application/xml") {
            found_.push_back({std::move(name), is_known, stream});
        }
    }

    /// Empty: it could not be unpacked.
    Result<std::string> unpacked(Found& found) {
        Taker taker(left_, time_);
        const bool is_whole = found.stream.pipeStreamData(&taker, 0, qpdf_dl_generalized, true);
        if (taker.is_over) {
            return fail(ErrorCode::too_large, time_.is_over() ? Message(messages::takes_too_long)
                                                              : messages::embedded_too_large(sanitise(found.name, limits::shown_bytes)));
        }
        if (!is_whole) {
            observe(observations_, "invoice-unreadable", messages::embedded_broken(sanitise(found.name, limits::shown_bytes)));
            return std::string();
        }
        left_ -= taker.bytes.size();
        return std::move(taker.bytes);
    }

    QPDF& pdf_;
    const TimeLeft& time_;
    std::vector<Observation>& observations_;
    std::uint64_t left_;  // bytes that may still be unpacked
    std::set<QPDFObjGen> seen_;
    std::size_t looked_at_ = 0;
    std::vector<Found> found_;
};

}  // namespace

Result<std::vector<EmbeddedFile>> embedded_xml(QPDF& pdf, std::uint64_t file_bytes, const TimeLeft& time,
                                               std::vector<Observation>& observations) {
    return Embedded(pdf, file_bytes, time, observations).read();
}

Status check_pages(QPDF& pdf) {
    switch (Walk().walk(pdf.getRoot().getKey("/Pages"), [](const QPDFObjectHandle&) {})) {
        case Walk::Verdict::good: break;
        case Walk::Verdict::circle: return fail(ErrorCode::bad_input, messages::pdf_pages_in_circle);
        case Walk::Verdict::too_large: return fail(ErrorCode::too_large, messages::pdf_tree_too_large);
    }
    return {};
}

}  // namespace moisson::invoice
