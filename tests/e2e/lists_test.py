"""Lists that page, cap, shrink, lie or belong to another contract: nothing may be lost by a run that ends with 0 and says nothing.

The second half is a simulator: random perimeters before random services. LISTS_COUNT and LISTS_SEED make it longer and other:
LISTS_COUNT=2000 LISTS_SEED=7 MOISSON=… python3 -B tests/e2e/lists_test.py Simulator
"""

import datetime
import json
import os
import random
import shutil

from harness import TYPES, Case, Double, digests_of, document, pdf, unittest

CONTRACT = "OCB0000001"
CAPS = [10, 25, 30, 60, 75, 99, 100, 250, 300]
DOUBTS = {"list-capped", "list-unproven", "list-emptied", "list-types-disagree", "contract-unknown-answer", "contract-failed",
          "document-of-another-contract", "contract-gone", "no-longer-listed"}


def item(number, kind="invoices", month=None, contract=1):
    """A document made so many days before 2026-11-01, of the month so many months before 2026-10 unless said otherwise."""
    created = (datetime.datetime(2026, 11, 1, 6) - datetime.timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    months = 2026 * 12 + 9 - number
    period = month or f"{months // 12:04}{months % 12 + 1:02}"
    return document(f"C{contract}-{kind[:4]}-{number}", kind, period=period, amount=10 + number, createdAt=created, updatedAt=created,
                    filename=f"{contract}-{kind[:4]}-{number}.pdf")


def items(count, kind="invoices", contract=1, first=0):
    return [item(number, kind, contract=contract) for number in range(first, first + count)]


def limited(documents, query, cap=None, oldest_first=False):
    kind = query.get("documentType")
    chosen = sorted((one for one in documents if not kind or one["documentType"] == kind), key=lambda one: one["createdAt"],
                    reverse=not oldest_first)
    return chosen[:min(int(query.get("limit", 10)), cap or 10**9)]


def as_list(documents, **headers):
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(documents).encode()


def capped(documents, cap, oldest_first=False):
    return lambda query: as_list(limited(documents, query, cap, oldest_first))


class Lists(Case):
    def perimeter(self, *lists, double=None):
        double = double or self.double()
        double.contracts = [{"id": f"OCB{number:07}", "name": f"Contract {number}"} for number in range(1, len(lists) + 1)]
        double.lists = {one["id"]: listed for one, listed in zip(double.contracts, lists)}
        route = double._route

        def any_file(path, query, contract):
            if path.endswith("/file"):
                return 200, {"Content-Type": "application/pdf"}, pdf(contract + path)
            return route(path, query, contract)

        double._route = any_file
        return double

    def export(self, double, expect, *more, period="2026-10"):
        if "--job" not in more:
            self.job("")
        return self.run_moisson("export", "--job", "job.toml", "--period", period, "--rate", "0", environment=double.environment, expect=expect)

    def verdicts(self):
        return [one["list"] for one in self.summary()["completeness"]]

    def listed(self):
        return self.summary()["documents"]["listed"]

    def job(self, text):
        (self.folder / "job.toml").write_text("[books]\nlearn_expectations = false\nusage = false\n" + text, "utf-8")
        return "--job", "job.toml"


class Paging(Lists):
    SAYS = {
        "Link": lambda page, pages, total: ({"Link": f'</cloud/b2b/v1/documents?documentType={{type}}&limit=30&page={page + 1}>; rel="next"'}
                                            if page + 1 < pages else {}, {}),
        "next": lambda page, pages, total: ({}, {"next": f"?documentType={{type}}&limit=30&page={page + 1}" if page + 1 < pages else None}),
        "_links": lambda page, pages, total: ({}, {"_links": {"next": {"href": f"/cloud/b2b/v1/documents?documentType={{type}}&page={page + 1}"}}
                                                   if page + 1 < pages else {}}),
    }
    TOLD = {
        "Content-Range": lambda total: ({"Content-Range": f"documents 0-29/{total}"}, {}),
        "X-Total-Count": lambda total: ({"X-Total-Count": str(total)}, {}),
        "total": lambda total: ({}, {"total": total}),
        "hasMore": lambda total: ({}, {"hasMore": True}),
        "nextPage": lambda total: ({}, {"nextPage": 2}),
        "pages": lambda total: ({}, {"page": {"number": 1, "totalPages": 2}}),
        "cursor": lambda total: ({}, {"meta": {"nextCursor": "b2Zmc2V0"}}),
    }

    @staticmethod
    def paged(documents, say, wrapper="documents"):
        def answer(query):
            chosen = limited(documents, {**query, "limit": 10**6})
            page = int(query.get("page", 0))
            pages = max(1, (len(chosen) + 29) // 30)
            headers, members = say(page, pages, len(chosen))
            fill = lambda text: text.replace("{type}", query.get("documentType", "")) if isinstance(text, str) else text  # noqa: E731
            given = chosen[page * 30:page * 30 + 30]
            body = json.dumps({wrapper: given, **members} if members else given)
            return 200, {name: fill(value) for name, value in headers.items()}, fill(body).encode()

        return answer

    def test_pages_of_documents_are_followed(self):
        """Half of the documents would be missing from a month that is called complete."""
        for name, say in self.SAYS.items():
            with self.subTest(name):
                double = Double()
                try:
                    self.perimeter(self.paged(items(50) + items(15, "reports"), say), double=double)
                    self.export(double, 0)
                finally:
                    double.stop()
                self.assertEqual(self.listed(), 65)
                self.assertEqual(self.verdicts(), ["complete"])
                shutil.rmtree(self.folder / "out")

    def test_pages_that_are_called_partial(self):
        """A service that answers pages with 206, as many do, would not be read at all, or only its first page."""
        documents = items(50)

        def answer(query):
            first = int(query.get("offset", 0))
            chosen = limited(documents, {**query, "limit": 10**6})
            given = chosen[first:first + 30]
            headers = {"Content-Range": f"documents {first}-{first + len(given) - 1}/{len(chosen)}" if given else "documents */0"}
            if first + 30 < len(chosen):
                headers["Link"] = f'<?documentType={query["documentType"]}&offset={first + 30}>; rel="next"'
            return 206, headers, json.dumps(given).encode()

        double = self.perimeter(answer)
        self.export(double, 0)
        self.assertEqual(self.listed(), 50)

    def test_what_says_that_there_is_more(self):
        """30 of 60 documents, and exit code 0."""
        for name, told in self.TOLD.items():
            with self.subTest(name):
                double = Double()
                try:
                    self.perimeter(self.paged(items(60), lambda page, pages, total, told=told: told(total)), double=double)
                    self.export(double, 3)
                finally:
                    double.stop()
                self.assertEqual(self.verdicts(), ["capped"])
                self.assertIn("list-capped", self.codes())
                shutil.rmtree(self.folder / "out")

    def test_pages_of_contracts(self):
        """Whole contracts would be missing."""
        double = self.perimeter(*[[item(0, contract=number)] for number in range(1, 46)])
        contracts = double.contracts
        known = [one["id"] for one in contracts]

        def paged(query):
            page = int(query.get("page", 0))
            following = {"Link": f"<?page={page + 1}>; rel=next"} if page < 2 else {}
            return 200, following, json.dumps(contracts[page * 15:page * 15 + 15]).encode()

        double.contracts = paged
        self.export(double, 0)
        self.assertEqual([one["contract_id"] for one in self.summary()["completeness"]], known)
        for headers in ({"Content-Range": "contracts 0-14/45"}, {"X-Total-Count": "45"},
                        {"Link": "<https://192.0.2.1/cloud/b2b/v1/contracts?page=1>; rel=next"}):
            with self.subTest(headers):
                shutil.rmtree(self.folder / "out")
                double.contracts = lambda query, headers=headers: (200, headers, json.dumps(contracts[:15]).encode())
                self.export(double, 3)
                self.assertIn("list-capped", self.codes())

    def test_a_page_elsewhere(self):
        """Token and API key would go to whoever is named."""
        double, other = self.perimeter(None), self.double()
        address = other.environment["MOISSON_API_URL"] + "/documents?page=1"
        double.lists[CONTRACT] = lambda query: (200, {"Link": f"<{address}>; rel=next"}, json.dumps(items(30)).encode())
        self.export(double, 3)
        self.assertEqual(other.asked, [])
        self.assertEqual(self.verdicts(), ["capped"])


class Caps(Lists):
    def test_one_type_at_any_cap(self):
        """A cap of the service would pass for the end of the list, because it is no round number."""
        for cap in (30, 60, 75, 250):
            with self.subTest(cap):
                double = Double()
                try:
                    self.perimeter(capped(items(cap + 7), cap), double=double)
                    self.export(double, 0)
                    self.assertEqual(self.verdicts(), ["unproven"])
                    self.assertIn("list-unproven", self.codes())
                    before = digests_of(self.folder / "out/2026-10")
                    asked = double.count("/documents?")
                    self.export(double, 0)
                    self.assertEqual(before, digests_of(self.folder / "out/2026-10"))
                    self.assertEqual(double.count("/documents?"), asked + 1)
                    self.export(double, 3, *self.job('errors = ["list-unproven"]\n'))
                    # A second contract at the same length: no two lists end so by themselves.
                    shutil.rmtree(self.folder / "out")
                    self.perimeter(capped(items(cap + 7), cap), capped(items(cap + 9, contract=2), cap), items(5, contract=3), double=double)
                    self.export(double, 3)
                    self.assertEqual(self.verdicts(), ["capped", "capped", "complete"])
                finally:
                    double.stop()
                shutil.rmtree(self.folder / "out")

    def test_a_longer_list_beside_it(self):
        """A healthy perimeter would end each month with a doubt."""
        double = self.perimeter(items(60), items(61, contract=2) + items(3, "reports", contract=2), items(30, contract=3), items(2, contract=4))
        self.export(double, 0)
        self.assertEqual(self.verdicts(), ["complete"] * 4)
        self.assertFalse({code for code in self.codes() if code.startswith("list-")})
        asked = double.count("/documents?")
        self.export(double, 0)
        self.assertEqual(double.count("/documents?"), asked + 4)

    def test_contracts_at_any_cap(self):
        """Whole contracts would be missing without a word."""
        for cap in (30, 99):
            with self.subTest(cap):
                double = self.perimeter(*[[item(0, contract=number)] for number in range(1, cap + 4)])
                contracts = double.contracts
                double.contracts = lambda query, cap=cap, all=contracts: as_list(all[:min(cap, int(query.get("limit", cap)))])
                self.export(double, 0)
                self.assertIn(("list-unproven", ""), [(one["code"], one["contract_id"]) for one in self.summary()["findings"]])
                shutil.rmtree(self.folder / "out")

    def test_a_trusted_list_that_outgrows_a_cap(self):
        """Of the documents that came since, most would be lost, because the list was once seen to be whole."""
        first = items(40, first=20) + items(30, "reports", first=20)
        later = first + items(9) + items(9, "reports")
        double = self.perimeter(capped(first, 75, oldest_first=True))
        self.export(double, 0)
        double.lists[CONTRACT] = capped(later, 75, oldest_first=True)
        self.export(double, 0)
        self.assertEqual(self.listed(), 88)

    def test_a_length_that_stays_while_newer_documents_come(self):
        """The cap would eat the oldest documents month by month."""
        documents = items(60, first=1)
        double = self.perimeter(capped(documents, 60))
        self.export(double, 0)
        self.assertEqual(self.verdicts(), ["unproven"])
        documents.append(item(0))
        for _ in range(2):
            self.export(double, 3)
            self.assertEqual(self.verdicts(), ["capped"])

    def test_a_limit_taken_for_none(self):
        """A service that takes a limit above its own for none would show its default of ten, and that would be all."""
        documents = items(40)
        double = self.perimeter(lambda query: as_list(limited(documents, query, 10 if int(query["limit"]) > 100 else None)))
        self.export(double, 3)
        self.assertEqual(self.verdicts(), ["capped"])
        self.assertEqual(self.listed(), 40)


class Gone(Lists):
    def test_lists_that_emptied(self):
        """A role that was taken away would read as a month in which nothing was billed, and be closed."""
        double = self.perimeter(items(14), items(5, "bills", contract=2))
        self.export(double, 0)
        double.lists = {}
        self.export(double, 3)
        self.assertEqual(self.verdicts(), ["unknown-answer"] * 2)
        self.assertIn("list-emptied", self.codes())
        self.assertEqual([row["counted"] for row in self.rows()], ["yes", "yes"])
        self.assertEqual(self.run_moisson("close", "2026-10").code, 6)
        before = digests_of(self.folder / "out/2026-10")
        self.export(double, 3)
        self.assertEqual(before, digests_of(self.folder / "out/2026-10"))
        # One that never showed anything is only a warning.
        shutil.rmtree(self.folder / "out")
        self.export(double, 0)
        self.assertIn("list-empty", self.codes())

    def test_documents_of_the_month_that_are_gone(self):
        """An invoice that the service took back would go on counting in a month that is called complete."""
        kept = items(4, first=1)
        double = self.perimeter([item(0), item(0, "partialBills"), item(0, "reports"), *kept])
        self.export(double, 0)
        double.lists[CONTRACT] = [item(0), item(0, "reports"), *kept]  # provisional documents come and go
        self.export(double, 0)
        double.lists[CONTRACT] = [item(0), *kept]
        self.export(double, 3)
        gone = {one["document_id"]: one["severity"] for one in self.summary()["findings"] if one["code"] == "no-longer-listed"}
        self.assertEqual(gone, {"C1-repo-0": "error", "C1-part-0": "warning"})
        double.lists[CONTRACT] = [item(0, "reports"), *kept]
        self.export(double, 3)
        self.assertIn("withdrawn-undecided", self.codes())

    def test_a_contract_that_left_and_owes(self):
        """Nobody would miss the bill of a contract that fell out of the perimeter."""
        double = self.perimeter([item(0), item(1)], [item(1, contract=2)])
        self.export(double, 0, period="2026-09")
        del double.contracts[1]
        self.export(double, 3)
        self.assertIn(("contract-gone", "error"), [(one["code"], one["severity"]) for one in self.summary()["findings"]])
        ended = self.job('[[books.ended]]\ncontract = "OCB0000002"\nsince = "2026-10"\nreason = "sold with the plant"\n')
        self.export(double, 0, *ended)
        told = [one["message"] for one in self.summary()["findings"] if one["code"] == "contract-ended"]
        self.assertEqual(len(told), 1)
        self.assertIn("sold with the plant", told[0])
        self.assertIn("sold with the plant", (self.folder / "out/2026-10/report.html").read_text("utf-8"))

    def test_an_end_that_was_none(self):
        """A declaration in the job file would hide an invoice."""
        double = self.perimeter([item(0), item(1)])
        for declared in ('[[books.ended]]\ncontract = "OCB*"\nsince = "2026-09-30"\nreason = "moved"\n',
                         '[[books.no_invoices]]\ncontract = "Contract 1"\nreason = "billed elsewhere"\n'):
            with self.subTest(declared):
                self.export(double, 0, *self.job(declared))
                self.assertEqual([row["counted"] for row in self.rows()], ["yes"])
                self.assertIn("declaration-contradicted", self.codes())
                shutil.rmtree(self.folder / "out")

    def test_a_contract_that_never_shows_invoices(self):
        """A contract billed elsewhere would make every month incomplete for ever."""
        double = self.perimeter(items(3, "comsumptionRatedReports"))
        self.export(double, 3)
        self.assertIn("invoices-not-visible", self.codes())
        self.export(double, 0, *self.job('[[books.no_invoices]]\ncontract = "OCB0000001"\nreason = "billed elsewhere"\n'))
        self.assertIn("contract-no-invoices", self.codes())

    def test_declarations_that_say_too_little(self):
        """A line that silences an error would stand there without a reason."""
        for text, word in (('[[books.ended]]\ncontract = "A"\nsince = "2026-10"\n', "reason"),
                           ('[[books.ended]]\ncontract = "A"\nsince = "soon"\nreason = "x"\n', "since"),
                           ('[[books.no_invoices]]\nreason = "x"\n', "contract")):
            with self.subTest(text):
                result = self.export(self.double(), 2, *self.job(text))
                self.assertIn(word, result.err)


class Questions(Lists):
    """An answer belongs to its question."""

    def gateway(self, details=False, lists=False, files=False, only=None):
        """A perimeter of three behind a cache that knows answers by their address alone."""
        double = self.perimeter(*[items(12, contract=number) + items(3, "reports", contract=number) for number in (1, 2, 3)])
        route, kept = double._route, {}

        def cached(path, query, contract):
            kind = "file" if path.endswith("/file") else "list" if path.endswith("/documents") else "detail" if path.endswith("/contract") else ""
            wanted = {"file": files, "list": lists, "detail": details}.get(kind) and (only is None or contract in only)
            if not wanted:
                return route(path, query, contract)
            return kept.setdefault((path, json.dumps(query, sort_keys=True)), route(path, query, contract))

        double._route = cached
        return double

    def test_the_first_contract_s_details_for_all(self):
        """Every contract would have the first one's name and list: totals three times over."""
        double = self.gateway(details=True, lists=True)
        self.export(double, 3)
        self.assertEqual(sorted(self.verdicts()), ["complete", "unknown-answer", "unknown-answer"])
        self.assertEqual(len([row for row in self.rows() if row["counted"] == "yes"]), 1)

    def test_the_first_contract_s_lists_for_all(self):
        """The same documents would be booked three times, and the state would know them under three contracts for ever."""
        for only in (None, {"OCB0000002", "OCB0000003"}):
            with self.subTest(only):
                double = self.gateway(lists=True, only=only)
                self.export(double, 3)
                alike = 3 if only is None else 2
                self.assertEqual(self.verdicts().count("unknown-answer"), alike)
                self.assertEqual(len([row for row in self.rows() if row["counted"] == "yes"]), 3 - alike)
                self.assertIn("document-of-another-contract", self.codes())
                shutil.rmtree(self.folder / "out")

    def test_a_cache_that_was_mended(self):
        """Documents of another contract would go on counting from the state."""
        double = self.gateway(lists=True)
        self.export(double, 3)
        del double._route
        double.files = {f"C{number}-{kind}-0": pdf(f"{number}{kind}") for number in (1, 2, 3) for kind in ("invo", "repo")}
        self.export(double, 0)
        self.assertEqual(sorted((row["contract_id"], row["document_id"]) for row in self.rows() if row["counted"] == "yes"),
                         [(f"OCB000000{number}", f"C{number}-invo-0") for number in (1, 2, 3)])

    def test_the_first_contract_s_file_for_all(self):
        """One contract's invoice would be archived as another's."""
        double = self.gateway(files=True)
        for number, one in enumerate(double.contracts, 1):
            double.lists[one["id"]] = [{**item(0, contract=number), "id": "1"}]
        self.export(double, 3)
        self.assertIn(("file-duplicate", "error"), [(one["code"], one["severity"]) for one in self.summary()["findings"]])

    def test_one_id_in_two_contracts(self):
        """A healthy perimeter whose ids are not unique would never be complete."""
        double = self.perimeter([{**item(0), "id": "1"}], [{**item(0, contract=2), "id": "1"}])
        self.export(double, 0)
        self.assertEqual([row["counted"] for row in self.rows()], ["yes", "yes"])

    def test_an_answer_of_a_certain_age(self):
        """A list of last week would pass for today's."""
        double = self.perimeter(lambda query: as_list(items(3), Age="86400"))
        self.export(double, 0)
        self.assertIn("answer-from-cache", (self.folder / "out/2026-10/summary.json").read_text("utf-8"))


class Simulator(Lists):
    """Random perimeters before random services, two or three runs each."""

    def test_nothing_is_lost_without_a_word(self):
        """A document would be missing from a run that ends with 0 and has nothing to say; or a whole list would be doubted."""
        seed = int(os.environ.get("LISTS_SEED", "20261130"))
        for number in range(int(os.environ.get("LISTS_COUNT", "12"))):
            with self.subTest(seed=seed, number=number):
                self.scene(random.Random(f"{seed}/{number}"))

    def contract(self, chance, number, around):
        kinds = chance.sample(TYPES, chance.choice([1, 1, 2, 3]))
        if not {"invoices", "bills"} & set(kinds):
            kinds[0] = "invoices"
        documents = []
        for kind in kinds:
            documents += items(max(1, chance.choice([around, around // 2, chance.randrange(1, 40)]) + chance.randrange(-2, 3)), kind, number)
        return documents

    def scene(self, chance):
        cap = chance.choice(CAPS)
        lie = chance.choice(["none", "none", "cap", "cap mixed", "cap of types", "cap later", "contracts", "hasMore", "total", "Link", "anothers", "emptied"])
        oldest_first = chance.random() < 0.5
        count = chance.choice([1, 2, 3, 5])
        truth = {f"OCB{number:07}": self.contract(chance, number, cap) for number in range(1, count + 1)}
        state = {"run": 1}

        def give(contract, query):
            documents = truth[contract]
            mixed = not query.get("documentType")
            most = cap if lie == "cap" or (lie == "cap mixed" and mixed) or (lie == "cap of types" and not mixed) or \
                (lie == "cap later" and state["run"] > 1) else None
            if lie == "emptied" and state["run"] > 1:
                return as_list([])
            if lie == "anothers" and state["run"] == chosen_run:
                documents = truth[min(truth)]
            if lie in ("hasMore", "total", "Link"):
                chosen = limited(documents, {**query, "limit": 10**6}, None, oldest_first)
                page = int(query.get("page", 0))
                given, rest = chosen[page * cap:page * cap + cap], len(chosen) > page * cap + cap
                if lie == "Link":
                    return as_list(given, **({"Link": f"<?documentType={query.get('documentType', '')}&page={page + 1}>; rel=next"} if rest else {}))
                return 200, {}, json.dumps({"documents": given, **({"hasMore": rest} if lie == "hasMore" else {"total": len(chosen)})}).encode()
            return as_list(limited(documents, query, most, oldest_first))

        chosen_run = chance.choice([1, 2])
        double = Double()
        try:
            self.perimeter(*[lambda query, contract=contract: give(contract, query) for contract in truth], double=double)
            contracts = double.contracts
            hidden = lie == "contracts" and count > 2
            if hidden:
                double.contracts = lambda query: as_list(contracts[:2], X_Total_Count=str(count))
            for run in (1, 2):
                state["run"] = run
                if run == 2 and chance.random() < 0.7:
                    for index, documents in enumerate(truth.values(), 1):
                        documents += [item(-1 - number, documents[0]["documentType"], "202610" if number == 0 else "202609", index)
                                      for number in range(chance.randrange(0, 6))]
                result = self.export(double, None)
                lies_now = lie == "anothers" and run == chosen_run and count > 1 or lie == "emptied" and run == 2
                self.judge(result, truth, lie, lies_now, f"{lie} {cap} {'oldest' if oldest_first else 'newest'} first, run {run}")
        finally:
            double.stop()
            shutil.rmtree(self.folder / "out", ignore_errors=True)

    def judge(self, result, truth, lie, lies_now, scene):
        self.assertIn(result.code, (0, 3), f"{scene}\n{result}")
        summary = self.summary()
        codes = {one["code"] for one in summary["findings"]}
        lost = sum(map(len, truth.values())) - summary["documents"]["listed"]
        scene = f"{scene}: {[len(one) for one in truth.values()]}, lost {lost}, exit {result.code}, {sorted(codes & DOUBTS)}"
        self.assertTrue(lost <= 0 or result.code == 3 or codes & DOUBTS, scene)
        self.assertTrue(not lies_now or result.code == 3, scene)
        self.assertTrue(lie != "Link" or lost == 0, scene)
        if lie == "none":
            self.assertEqual(lost, 0, scene)
            longest = max(map(len, truth.values()))
            open_ = [one for one in truth.values() if len(one) == longest and longest >= 10 and len({each["documentType"] for each in one}) == 1]
            expected = {"complete"} if not open_ else {"complete", "unproven"} if len(open_) == 1 else {"complete", "capped"}
            self.assertLessEqual({one["list"] for one in summary["completeness"]}, expected, scene)
            if not open_:
                self.assertEqual({code for code in codes if code.startswith("list-")}, set(), scene)


if __name__ == "__main__":
    unittest.main()
