/// Consumption reports as they are stored.
#include "usage_reader.hpp"

void moisson::fuzz::run(std::string_view input) { read_document(input, "text/csv", "comsumptionRatedReports"); }
