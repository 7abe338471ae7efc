#pragma once
/// The reference: what is told by `moisson help TOPIC`, from the documents of the project, which are part of the program.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::cli {

struct Topic {
    std::string_view name;
    std::string_view about;     ///< one line
    std::string_view document;  ///< path in the source tree; empty: made here
    std::string_view page;      ///< of the manual; empty: none
};

[[nodiscard]] std::span<const Topic> topics() noexcept;
/// Null: there is none of that name.
[[nodiscard]] const Topic* find_topic(std::string_view name) noexcept;

/// The topic in lines of `width` columns, and which others it refers to. Pure.
[[nodiscard]] std::string topic_text(const Topic& topic, std::size_t width);
/// Its document as it stands.
[[nodiscard]] std::string_view topic_markdown(const Topic& topic);
/// The other topics whose documents this one links to, in the order of the table. Pure.
[[nodiscard]] std::vector<Topic> linked_topics(const Topic& topic);
/// All topics, one a line. Pure.
[[nodiscard]] std::string topics_text(std::size_t width);

}  // namespace moisson::cli
