"""The FOCUS data set of usage lines, read by Python's csv, json and decimal, against what FOCUS 1.2 asks of it column by column.

If this failed, a FinOps tool would refuse the file, or show other costs than the reports that were compared with the bills.

The table below is what the specification says (FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, tag v1.2, specification/columns/*.md, sections
"Requirements" and "Content constraints"; specification/attributes/*.md). With MOISSON_FOCUS_MODEL=FILE, the path of `model-1.2.json` of the
standard's own validator (finopsfoundation/focus_validator, focus_validator/rules), its static rules are run as well.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness

MANDATORY = ("BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass "
             "ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost PricingQuantity "
             "PricingUnit ProviderName PublisherName ServiceCategory ServiceName").split()
CONDITIONAL = ("ConsumedQuantity ConsumedUnit ContractedUnitPrice ListUnitPrice PricingCategory RegionId RegionName ResourceId ResourceName SkuId "
               "SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName Tags").split()
RECOMMENDED = "ChargeFrequency ServiceSubcategory".split()
NOT_NULL = set(MANDATORY + RECOMMENDED) - set("BillingAccountName ChargeClass ChargeDescription PricingQuantity PricingUnit".split())
DECIMALS = ("BilledCost ConsumedQuantity ContractedCost ContractedUnitPrice EffectiveCost ListCost ListUnitPrice PricingQuantity x_Amount "
            "x_VolumeDiscount").split()
NOT_BELOW_ZERO = "ContractedUnitPrice ListUnitPrice".split()
TIMES = "BillingPeriodEnd BillingPeriodStart ChargePeriodEnd ChargePeriodStart".split()
ALLOWED = {
    "ChargeCategory": "Usage|Purchase|Tax|Credit|Adjustment", "ChargeClass": "|Correction", "ChargeFrequency": "One-Time|Recurring|Usage-Based",
    "PricingCategory": "|Standard|Dynamic|Committed|Other",
    "ServiceCategory": "AI and Machine Learning|Analytics|Business Applications|Compute|Databases|Developer Tools|Multicloud|Identity|Integration|"
                       "Internet of Things|Management and Governance|Media|Migration|Mobile|Networking|Security|Storage|Web|Other",
}
# Not null where the charge is usage or a purchase ("ChargeClass" is never a correction here), null otherwise or allowed to be.
OF_PRICED = "ContractedUnitPrice ListUnitPrice PricingCategory PricingQuantity PricingUnit SkuId SkuPriceId".split()
# The second is null exactly where the first is.
TOGETHER = [("ConsumedQuantity", "ConsumedUnit"), ("PricingQuantity", "PricingUnit"), ("RegionId", "RegionName"), ("SubAccountId", "SubAccountName")]
PRODUCTS = [("ContractedUnitPrice", "ContractedCost"), ("ListUnitPrice", "ListCost")]
APPLICABLE = {"ACCOUNT_NAMING_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED", "USAGE_MEASUREMENT_SUPPORTED",
              "UNIT_PRICING_SUPPORTED", "SUB_ACCOUNT_SUPPORTED", "BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED", "REGION_SUPPORTED",
              "TAGGING_SUPPORTED", "MULTIPLE_PRICING_CATEGORIES_SUPPORTED"}
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def broken_rules(rows):
    """What the rows do that FOCUS forbids: how often, by rule."""
    found = Counter()
    service_categories = defaultdict(set)
    for row in rows:
        found.update(f"{name} is null" for name in NOT_NULL if not row[name].strip())
        found.update(f"{name} is no number" for name in DECIMALS if row[name] and not NUMBER.fullmatch(row[name]))
        found.update(f"{name} is below zero" for name in NOT_BELOW_ZERO if row[name].startswith("-"))
        found.update(f"{name} is no instant" for name in TIMES if not TIME.fullmatch(row[name]))
        found.update(f"{name} is {row[name]}" for name, words in ALLOWED.items() if row[name] not in words.split("|"))
        priced = row["ChargeCategory"] in ("Usage", "Purchase")
        found.update(f"{name} is null" for name in OF_PRICED if priced and not row[name])
        found["ConsumedQuantity is there or not"] += bool(row["ConsumedQuantity"]) != (row["ChargeCategory"] == "Usage")
        found.update(f"{one} without {two}, or the other way round" for one, two in TOGETHER if bool(row[one]) != bool(row[two]))
        for price, cost in PRODUCTS:
            wanted = Decimal(row[price]) * Decimal(row["PricingQuantity"]) if row[price] else Decimal(row["BilledCost"])
            found[f"{cost} is another"] += Decimal(row[cost]) != wanted
        found["a purchase by usage"] += row["ChargeCategory"] == "Purchase" and row["ChargeFrequency"] == "Usage-Based"
        found["a period without a length"] += not (row["ChargePeriodStart"] < row["ChargePeriodEnd"] and row["BillingPeriodStart"] < row["BillingPeriodEnd"])
        found["a currency that there is not"] += not re.fullmatch("[A-Z]{3}", row["BillingCurrency"])
        found["another EffectiveCost of a credit"] += not priced and row["EffectiveCost"] != row["BilledCost"]
        found["tags that are none"] += bool(row["Tags"]) and not all(
            value is None or isinstance(value, (str, bool, int)) for value in json.loads(row["Tags"], object_pairs_hook=unique_keys).values())
        service_categories[row["ServiceName"]].add((row["ServiceCategory"], row["ServiceSubcategory"]))
    found["a service in two categories"] += sum(len(one) > 1 for one in service_categories.values())
    return +found


def unique_keys(pairs):
    if len(dict(pairs)) != len(pairs):
        raise AssertionError(f"a key twice: {pairs}")
    return dict(pairs)


class Model:
    """The static rules of the standard's own validator, each as a function of a row. `None`: it does not concern the row."""

    def __init__(self, path):
        model = json.loads(Path(path).read_text("utf-8"))
        self.rules = model["ModelRules"]
        self.within = defaultdict(list)  # by rule: those that it is a part of, whose conditions are its own
        for name, rule in self.rules.items():
            for item in rule["ValidationCriteria"]["Requirement"].get("Items", ()):
                if item["CheckFunction"] == "CheckModelRule":
                    self.within[item["ModelRuleId"]].append(name)

    def conditions(self, name):
        own = self.rules[name]["ValidationCriteria"]["Condition"]
        return [own] * bool(own) + [one for outer in self.within[name] for one in self.conditions(outer)]

    def applies(self, rule):
        return rule["Status"] == "Active" and rule["Type"] == "Static" and set(rule.get("ApplicabilityCriteria") or ()) <= APPLICABLE

    def check(self, check, row):
        function = check["CheckFunction"]
        value = row.get(check.get("ColumnName"), None)
        if function in ("AND", "OR"):
            return (all if function == "AND" else any)(self.check(item, row) for item in check["Items"])
        if function == "ColumnPresent":
            return value is not None
        if function == "CheckModelRule":
            return True  # each rule is run by itself
        if function in ("CheckValue", "CheckNotValue"):
            same = (value or None) == check["Value"] or (bool(value) and NUMBER.fullmatch(value) and NUMBER.fullmatch(str(check["Value"])) and
                                                         Decimal(value) == Decimal(str(check["Value"])))
            return bool(same) == (function == "CheckValue")
        if function in ("CheckSameValue", "CheckNotSameValue"):
            one, two = row.get(check["ColumnAName"]), row.get(check["ColumnBName"])
            return (one == two) == (function == "CheckSameValue") or (not one and not two)
        if function == "ColumnByColumnEqualsColumnValue":
            one, two, result = (row.get(check[name]) for name in ("ColumnAName", "ColumnBName", "ResultColumnName"))
            return not (one and two and result) or Decimal(one) * Decimal(two) == Decimal(result)
        if not value:
            return True
        if function == "CheckGreaterOrEqualThanValue":
            return Decimal(value) >= Decimal(str(check["Value"]))
        if function in ("TypeDecimal", "FormatNumeric", "CheckDecimalValue"):
            return bool(NUMBER.fullmatch(value))
        if function in ("TypeDateTime", "FormatDateTime"):
            return bool(TIME.fullmatch(value))
        if function in ("FormatCurrency", "CheckNationalCurrency"):
            return bool(re.fullmatch("[A-Z]{3}", value))
        if function in ("FormatKeyValue", "FormatJSONObject", "FormatJsonObject"):
            return isinstance(json.loads(value), dict)
        if function in ("TypeString", "FormatString", "FormatUnit", "CheckDistinctCount"):
            return True
        raise AssertionError(f"a rule of an unknown kind: {function}")

    def broken(self, rows):
        found, run = Counter(), 0
        for name, rule in self.rules.items():
            criteria = rule["ValidationCriteria"]
            if not self.applies(rule) or rule["Function"] == "Composite" or not criteria["Requirement"] or rule["EntityType"] == "Attribute":
                continue
            if criteria["Keyword"] == "MAY":
                continue
            column = rule["Reference"]
            if rule["EntityType"] == "Column" and column not in rows[0]:
                continue  # its presence is a rule of its own
            run += 1
            conditions = self.conditions(name)
            for row in rows:
                if all(self.check(one, row) for one in conditions) and not self.check(criteria["Requirement"], row):
                    found[f"{name} ({criteria['Keyword']}): {criteria['MustSatisfy']}"] += 1
        return found, run


class Focus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-focus-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def export(self, name, *options, codes=(0, 3)):
        folder = self.folder / name
        folder.mkdir()
        done = harness.run("export", "--sandbox", "--period", "2026-10", "--out", folder / "out", "--no-progress", "--rate", "0", "--template",
                           "focus-usage", *options, folder=folder)
        self.assertIn(done.code, codes, str(done))
        return folder / "out/2026-10"

    def rows(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, strict=True))
        self.assertFalse([row for row in rows if None in row or None in row.values()], "rows of another length")
        return rows

    def check_month(self, month, name="focus-usage"):
        rows = self.rows(month / f"erp/{name}.csv")
        usage = self.rows(month / "usage.csv")
        self.assertTrue(rows)
        columns = list(rows[0])
        self.assertEqual([column for column in MANDATORY + CONDITIONAL + RECOMMENDED if column not in columns], [])
        own = [column for column in columns if column.startswith("x_")]
        self.assertEqual(sorted(set(columns) - set(own) - set(MANDATORY + CONDITIONAL + RECOMMENDED)), [], "a column that FOCUS does not have")
        self.assertEqual(columns[-len(own):], own, "own columns come last")
        self.assertEqual(broken_rules(rows), {})
        # Each counted line once, to the last digit.
        wanted = Counter((line["contract_id"], line["currency"], line["document_id"], line["line"], line["discounted_amount"])
                         for line in usage if line["counted"] == "yes" and line["discounted_amount"])
        self.assertEqual(Counter((row["BillingAccountId"], row["BillingCurrency"], row["x_DocumentId"], row["x_Line"], row["BilledCost"])
                                 for row in rows), wanted)
        self.assert_sums(month, rows)
        self.assert_metadata(month, rows, name)
        return rows

    def assert_sums(self, month, rows):
        """The sums that were compared with the bills."""
        found = defaultdict(Decimal)
        for row in rows:
            found[row["BillingCurrency"]] += Decimal(row["BilledCost"])
        totals = json.loads((month / "summary.json").read_text("utf-8"))["usage"]["totals"]
        self.assertEqual(dict(found), {one["currency"]: Decimal(one["discounted_amount"]) for one in totals})

    def assert_metadata(self, month, rows, name):
        schema = json.loads((month / f"erp/{name}-schema.json").read_text("utf-8"))
        data = json.loads((month / f"erp/{name}-metadata.json").read_text("utf-8"))
        self.assertRegex(schema["SchemaId"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertRegex(schema["CreationDate"], TIME)
        self.assertEqual(schema["FocusVersion"], "1.2")
        self.assertEqual([column["ColumnName"] for column in schema["ColumnDefinition"]], list(rows[0]))
        types = {column["ColumnName"]: column for column in schema["ColumnDefinition"]}
        self.assertEqual([column for column in DECIMALS if types[column]["DataType"] != "DECIMAL"], [])
        self.assertEqual([column for column in TIMES if types[column]["DataType"] != "DATETIME"], [])
        self.assertEqual((types["Tags"]["DataType"], types["Tags"]["ProviderTagPrefixes"]), ("JSON", []))
        self.assertTrue(data["DataGenerator"])
        self.assertEqual(data["SchemaId"], schema["SchemaId"])
        self.assertTrue((month / "erp" / data["SchemaLocation"]).is_file())
        (location,) = data["data_location"]
        file = month / "erp" / location["filepath"]
        self.assertEqual((file.name, location["total_bytes"], location["total_rows"]), (f"{name}.csv", file.stat().st_size, len(rows)))

    def test_a_month_is_a_data_set(self):
        """A FinOps tool would refuse the file, or show other costs than the bills."""
        month = self.export("small", "--scenario", "small")
        rows = self.check_month(month)
        self.assertGreater(len({row["BillingAccountId"] for row in rows}), 1)
        self.assertTrue(any(json.loads(row["Tags"] or "{}").get("env") == "prod" for row in rows))
        self.assertTrue({"Usage-Based", "Recurring"} <= {row["ChargeFrequency"] for row in rows})
        self.assertTrue({"Compute", "Storage", "Networking"} <= {row["ServiceCategory"] for row in rows})
        verified = harness.run("verify", month, folder=self.folder)
        self.assertEqual(verified.code, 0, str(verified))
        if model := os.environ.get("MOISSON_FOCUS_MODEL"):
            broken, run = Model(model).broken(rows)
            print(f"{run} rules of {model}, {len(rows)} rows")
            self.assertEqual({name: count for name, count in broken.items() if "(MUST" in name}, {})
            print("\n".join(broken))

    def test_the_same_lines_make_the_same_bytes(self):
        """A month exported again would be another one in the archive."""
        one, two = (self.export(name, "--scenario", "clean", "--transfers", workers) for name, workers in (("one", "1"), ("two", "8")))
        for file in sorted((one / "erp").iterdir()):
            self.assertEqual(file.read_bytes(), (two / "erp" / file.name).read_bytes(), file.name)

    def test_a_view_says_that_it_is_one(self):
        """A part of the month would be taken for the month, or its schema not be found."""
        contract = self.rows(self.export("whole", "--scenario", "clean") / "usage.csv")[0]["contract_id"]
        self.export("view", "--scenario", "clean", "--contract", contract)  # asserts the exit code
        (month,) = (self.folder / "view/out").glob("2026-10*")
        rows = self.check_month(month, "preview-focus-usage")
        self.assertEqual({row["BillingAccountId"] for row in rows}, {contract})

    def test_without_usage_lines_it_is_refused_at_once(self):
        """A job that leaves usage out would wait for a file that never comes."""
        folder = self.folder / "off"
        folder.mkdir()
        (folder / "job.toml").write_text("[books]\nusage = false\n")
        done = harness.run("export", "job.toml", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--out", "out", "--template", "focus-usage",
                           folder=folder)
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("usage lines", done.err)
        self.assertFalse((folder / "out").exists())

    def test_rules_can_be_broken(self):
        """The table above would let anything pass."""
        (row,) = [one for one in self.rows(harness.ROOT / "templates/expected/focus-usage.csv") if one["x_Line"] == "2"]
        self.assertEqual(broken_rules([row]), {})
        for name, value in (("BilledCost", ""), ("ListCost", "46.20"), ("ChargeCategory", "usage"), ("BillingPeriodEnd", "2026-11-01"), ("Tags", '{"a":[]}'),
                            ("PricingUnit", ""), ("ListUnitPrice", "-1"), ("ConsumedQuantity", ""), ("BillingCurrency", "eur"),
                            ("ChargePeriodEnd", "2026-10-01T00:00:00Z"), ("ServiceCategory", "Backup")):
            with self.subTest(column=name):
                self.assertTrue(broken_rules([{**row, name: value}]))


if __name__ == "__main__":
    unittest.main()
