#pragma once
/// The finished files of one template, under temporary names until all of them are known to be good.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "erp/erp.hpp"
#include "erp/finding_list.hpp"
#include "erp/target.hpp"
#include "erp/template.hpp"

namespace moisson::erp {

/// Files that are dropped unpublished leave nothing behind.
class WrittenFiles {
public:
    struct Written {
        std::unique_ptr<Target> target;  ///< null: refused
        RenderedFile file;
        const FileSpec* spec = nullptr;
        bool has_own_name = false;
    };
    WrittenFiles(const Template& of, const RenderOptions& options) : template_(of), options_(options) {}

    void add(Written written) { files_.push_back(std::move(written)); }
    [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }
    /// Names the files and gives them to `rendered`; where a name cannot be used, or `findings` has errors, none of them, and `rendered` is
    /// refused. `disk`: none is left.
    [[nodiscard]] Status publish(Rendered& rendered, FindingList& findings);
    /// For `templates test`: the cells of each worksheet, by file name.
    void list_cells() { list_cells_ = true; }
    [[nodiscard]] bool lists_cells() const noexcept { return list_cells_; }
    [[nodiscard]] const std::map<std::string, std::string>& cells() const noexcept { return cell_listings_; }

private:
    void name_files();

    const Template& template_;
    const RenderOptions& options_;
    std::vector<Written> files_;
    bool list_cells_ = false;
    std::map<std::string, std::string> cell_listings_;
};

}  // namespace moisson::erp
