-- The ledger in PostgreSQL (14 or later): the rows of ledger.csv, one per version of a document, with the same column names.
--
-- `moisson export` makes this schema where it is missing and loads it when the job file has [output.database] (jobs/README.md, "The
-- ledger in PostgreSQL"). To prepare it by hand, for a role that may only write rows: psql -f ledger.sql; then grant SELECT, INSERT,
-- UPDATE and DELETE on moisson.ledger to that role. Empty cells of ledger.csv are NULL here, but for document_id.

CREATE SCHEMA IF NOT EXISTS moisson;

CREATE TABLE moisson.ledger (
    period text CHECK (period ~ '^[0-9]{4}-[0-9]{2}$'),
    contract_id text NOT NULL,
    contract_name text,
    offer_id text,
    offer_name text,
    customer_id text,
    customer_name text,
    document_id text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    document_type text,
    standing text NOT NULL CHECK (standing IN ('final', 'provisional', 'supporting')),
    counted boolean NOT NULL,
    amount numeric,
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    period_start date,
    period_end date,
    issued_at timestamp with time zone,
    updated_at timestamp with time zone,
    filename text,
    path text,
    size_bytes bigint CHECK (size_bytes >= 0),
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text,
    status text NOT NULL CHECK (status IN ('ok', 'not-ready', 'failed', 'skipped')),
    findings text,
    raw_amount text,
    raw_currency text,
    raw_period text,
    invoice_number text,
    net_amount numeric,
    vat_amount numeric,
    gross_amount numeric,
    due_date date,
    credited_invoice text,
    order_reference text,
    values_from text CHECK (values_from IN ('xml', 'workbook', 'text')),
    channel text CHECK (channel IN ('service', 'inbox')),
    perimeter text,
    reporting_amount numeric,
    reporting_currency text CHECK (reporting_currency ~ '^[A-Z]{3}$'),
    fx_rate numeric CHECK (fx_rate > 0),
    fx_date date,
    PRIMARY KEY (contract_id, document_id, version),
    CHECK (NOT counted OR (amount IS NOT NULL AND currency IS NOT NULL AND period IS NOT NULL))
);

CREATE INDEX ledger_period ON moisson.ledger (period, contract_id);

COMMENT ON TABLE moisson.ledger IS 'One row per version of a document; sums are made over rows with counted, per currency, never across. Moisson ledger schema 1';
COMMENT ON COLUMN moisson.ledger.period IS 'Month in which the row is filed, YYYY-MM; the last one where the document covers several; NULL when the service''s text could not be read';
COMMENT ON COLUMN moisson.ledger.contract_id IS 'Contract number, for example OCB0001234';
COMMENT ON COLUMN moisson.ledger.contract_name IS 'Name of the contract';
COMMENT ON COLUMN moisson.ledger.offer_id IS 'Id of the offer that the contract is for';
COMMENT ON COLUMN moisson.ledger.offer_name IS 'Name of the offer';
COMMENT ON COLUMN moisson.ledger.customer_id IS 'Id of the customer to whom the contract belongs';
COMMENT ON COLUMN moisson.ledger.customer_name IS 'Name of the customer';
COMMENT ON COLUMN moisson.ledger.document_id IS 'The service''s id of the document; empty text where it gave none';
COMMENT ON COLUMN moisson.ledger.version IS 'From 1; a document that the service changed gets the next one, and the earlier rows stay';
COMMENT ON COLUMN moisson.ledger.document_type IS 'As the service spells it: invoices, bills, reports, partialBills, partialConsumptionRatedReports, comsumptionRatedReports';
COMMENT ON COLUMN moisson.ledger.standing IS 'final (invoices, bills), provisional (partial types) or supporting (reports)';
COMMENT ON COLUMN moisson.ledger.counted IS 'Whether the amount enters the totals';
COMMENT ON COLUMN moisson.ledger.amount IS 'Exact, with the currency''s minor digits; negative for credits; NULL when unknown';
COMMENT ON COLUMN moisson.ledger.currency IS 'ISO 4217 code';
COMMENT ON COLUMN moisson.ledger.period_start IS 'First day that the document covers, included';
COMMENT ON COLUMN moisson.ledger.period_end IS 'Last day that the document covers, included';
COMMENT ON COLUMN moisson.ledger.issued_at IS 'When the service made the document (createdAt)';
COMMENT ON COLUMN moisson.ledger.updated_at IS 'When the service last changed it (updatedAt)';
COMMENT ON COLUMN moisson.ledger.filename IS 'File name as the service sent it; never a path to trust';
COMMENT ON COLUMN moisson.ledger.path IS 'Where the file lies in the month''s bundle.zip; NULL without a file';
COMMENT ON COLUMN moisson.ledger.size_bytes IS 'Size of the file in bytes';
COMMENT ON COLUMN moisson.ledger.sha256 IS 'SHA-256 of the file, lower-case hexadecimal';
COMMENT ON COLUMN moisson.ledger.media_type IS 'Kind of the file, found from its bytes';
COMMENT ON COLUMN moisson.ledger.status IS 'ok (the file is there), not-ready, failed or skipped';
COMMENT ON COLUMN moisson.ledger.findings IS 'Codes of what was noticed, joined by a blank; jobs/findings.md';
COMMENT ON COLUMN moisson.ledger.raw_amount IS 'The amount''s own text in the service''s answer';
COMMENT ON COLUMN moisson.ledger.raw_currency IS 'The currency''s own text in the service''s answer';
COMMENT ON COLUMN moisson.ledger.raw_period IS 'The period''s own text in the service''s answer';
COMMENT ON COLUMN moisson.ledger.invoice_number IS 'Number of the invoice, as it says itself; NULL where the document says nothing that can be read without guessing';
COMMENT ON COLUMN moisson.ledger.net_amount IS 'Without VAT, as the invoice says, negative for a credit note; in currency; NULL when unknown';
COMMENT ON COLUMN moisson.ledger.vat_amount IS 'VAT, as the invoice says; like net_amount';
COMMENT ON COLUMN moisson.ledger.gross_amount IS 'With VAT, as the invoice says; like net_amount';
COMMENT ON COLUMN moisson.ledger.due_date IS 'Day on which it is due, as the invoice says';
COMMENT ON COLUMN moisson.ledger.credited_invoice IS 'Number of the invoice that a credit note is about, as it says itself';
COMMENT ON COLUMN moisson.ledger.order_reference IS 'The buyer''s order, as the invoice names it';
COMMENT ON COLUMN moisson.ledger.values_from IS 'Where these values come from: xml (the invoice''s structured data), workbook, or text (of its pages, where it proves itself); NULL where the document says nothing that can be read without guessing';
COMMENT ON COLUMN moisson.ledger.channel IS 'Which way the document came: service (the service listed it) or inbox (an inbox of the job file alone had it)';
COMMENT ON COLUMN moisson.ledger.perimeter IS 'The perimeter of the job file ([[perimeter]], a login) under which the contract was read; NULL where the job file has none';
COMMENT ON COLUMN moisson.ledger.reporting_amount IS 'amount in the reporting currency; NULL without one, and where no rate is known';
COMMENT ON COLUMN moisson.ledger.reporting_currency IS 'ISO 4217 code of reporting_amount';
COMMENT ON COLUMN moisson.ledger.fx_rate IS 'Units of reporting_currency for one unit of currency, as used';
COMMENT ON COLUMN moisson.ledger.fx_date IS 'Day of that rate; of a month''s average its last day';
