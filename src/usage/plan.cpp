/// Orders made of plans, and what they may cost.
#include "usage/plan.hpp"
#include "usage/messages.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace moisson::usage {

namespace {

/// A run that has no free time left still waits so long for a document.
constexpr std::uint64_t milliseconds_min = 2000;

std::uint64_t beyond(const Allowance& allowance, std::uint64_t stored_bytes, std::uint64_t used) {
    const std::uint64_t explained = allowance.explained(stored_bytes);
    return used > explained ? used - explained : 0;
}

std::uint64_t left_of(const Allowance& allowance, std::uint64_t used) {
    return std::min(allowance.free, used < allowance.free_of_run ? allowance.free_of_run - used : 0);
}

class PlanOrders final : public Orders {
public:
    PlanOrders(const std::vector<Plan>& plans, const PlanTaker& taker) : plans_(plans), taker_(taker) {}
    Result<std::optional<Order>> next() override {
        while (at_ < plans_.size() && plans_[at_].is_left_out) {
            ++at_;
        }
        if (at_ == plans_.size()) {
            return std::optional<Order>();
        }
        auto order = order_for(plans_, at_++, taker_.left_for_document());
        return order ? Result<std::optional<Order>>(std::move(*order)) : fail(std::move(order.error()));
    }

private:
    const std::vector<Plan>& plans_;
    const PlanTaker& taker_;
    std::size_t at_ = 0;
};

}  // namespace

FreeCosts RunCosts::left() const {
    const std::scoped_lock lock(mutex_);
    return {left_of(limits_.unpacked, used_.unpacked), left_of(limits_.rows, used_.rows),
            std::max(std::min(milliseconds_min, limits_.milliseconds.free), left_of(limits_.milliseconds, used_.milliseconds))};
}

bool RunCosts::charge(std::uint64_t stored_bytes, std::uint64_t unpacked_bytes, std::uint64_t rows_bytes, std::uint64_t milliseconds) {
    const FreeCosts more{beyond(limits_.unpacked, stored_bytes, unpacked_bytes), beyond(limits_.rows, stored_bytes, rows_bytes),
                         beyond(limits_.milliseconds, (stored_bytes + unpacked_bytes) >> 20U, milliseconds)};
    const std::scoped_lock lock(mutex_);
    used_.unpacked += more.unpacked;
    used_.rows += more.rows;
    used_.milliseconds += more.milliseconds;
    return (more.unpacked == 0 || used_.unpacked <= limits_.unpacked.free_of_run) &&
           (more.rows == 0 || used_.rows <= limits_.rows.free_of_run);
}

void RunCosts::charge_time(std::uint64_t milliseconds) {
    const std::scoped_lock lock(mutex_);
    used_.milliseconds += milliseconds;
}

Result<Order> order_for(const std::vector<Plan>& plans, std::size_t document, const FreeCosts& free) {
    const Plan& plan = plans[document];
    const LedgerEntry& entry = *plan.source.entry;
    Order order;
    order.document = document;
    order.file = cage::Descriptor(::open(plan.source.file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat what {};
    if (!order.file.is_open() || ::fstat(order.file.get(), &what) != 0) {
        Error error;
        error.code = ErrorCode::disk;
        error.message = messages::cannot_open_stored_file;
        error.where = plan.source.file.string();
        error.cause = std::generic_category().message(errno);
        return fail(std::move(error));
    }
    plan.stored_bytes = order.stored_bytes = static_cast<std::uint64_t>(what.st_size);
    order.media_type = entry.media_type;
    order.is_bill = plan.is_workbook();
    order.prefix = plan.prefix;
    order.counted = plan.counted;
    order.currency = entry.currency;
    order.is_known_broken = plan.is_known_broken;
    order.line_limit = plan.line_limit;
    order.free = free;
    return order;
}

Status read_here(const std::vector<Plan>& plans, PlanTaker& taker, const Reading& reading) {
    PlanOrders orders(plans, taker);
    return read_all(orders, taker, reading);
}

}  // namespace moisson::usage
