"""The columns of ledger.csv, in order: the one list of the Python tests, written from the documentation and never from the program."""

# With the type that a database gives them, where that is not text.
LEDGER_TYPED_COLUMNS = (
    "period contract_id contract_name offer_id offer_name customer_id customer_name document_id version:INTEGER document_type standing "
    "counted:BOOLEAN amount:DECIMAL(38,3) currency period_start:DATE period_end:DATE issued_at:TIMESTAMPTZ updated_at:TIMESTAMPTZ filename path "
    "size_bytes:BIGINT sha256 media_type status findings raw_amount raw_currency raw_period "
    "invoice_number net_amount:DECIMAL(38,3) vat_amount:DECIMAL(38,3) gross_amount:DECIMAL(38,3) due_date:DATE credited_invoice order_reference "
    "values_from channel perimeter").split(" ")
LEDGER_COLUMNS = [column.split(":")[0] for column in LEDGER_TYPED_COLUMNS]
