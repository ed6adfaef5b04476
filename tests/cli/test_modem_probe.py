"""``faxcore modem probe``: exit codes, the table, JSON."""

import json
import tomllib

import pytest

KEYS = {
    "port", "baud", "stop_bits", "identity", "classes", "latency", "pause_ms", "deaf_ms", "flow",
    "bit_order", "speeds", "recommendation",
}  # fmt: skip


def test_a_report_for_people(faxcore):
    run = faxcore("modem", "probe", "sim://")
    assert run.code == 0, run.err
    for text in ("faxcore simulated modem", "generic-class1", "held back", "about 1024 octets"):
        assert text in run.out
    assert "selecting each fax class" in run.err


@pytest.mark.parametrize(("fax_class", "known"), [("1.0", True), ("1", False)])
def test_a_modem_that_knows_v34_is_told_of(faxcore, fax_class, known):
    run = faxcore("modem", "probe", f"sim://?class={fax_class}")
    assert run.code == 0, run.err
    assert ("+F34 is known" in run.out) == known


def test_a_report_for_programs(faxcore):
    run = faxcore("modem", "probe", "sim://?class=1.0", "--json")
    report = json.loads(run.out)
    assert (run.code, set(report), run.err) == (0, KEYS, "")
    assert report["recommendation"]["profile"] == "generic-class1.0"
    assert report["flow"]["flow"] == "held back"
    assert [each["name"] for each in report["classes"] if each["works"]] == ["1", "1.0"]


def test_a_draft_is_printed_where_no_profile_fits(faxcore):
    run = faxcore("modem", "probe", "sim://?profile=cirrus-clmd")
    assert run.code == 1
    draft = run.out.partition("# a profile to begin with\n")[2]
    assert tomllib.loads(draft)["silence_by"] == "computer"


def test_on_hook_nothing_is_said_of_flow_control(faxcore):
    run = faxcore("modem", "probe", "sim://", "--on-hook")
    assert run.code == 0
    assert "the modem was to stay on hook" in run.out


@pytest.mark.parametrize(
    ("port", "code", "named"),
    [
        ("/dev/nonesuch", 3, "/dev/nonesuch"),
        ("sim://?far=nobody", 2, "nobody"),
        ("replay:///nonesuch", 2, "nonesuch"),
    ],
)
def test_what_cannot_be_probed_is_one_sentence(faxcore, port, code, named):
    run = faxcore("modem", "probe", port)
    assert run.code == code
    assert named in run.err
    assert "Traceback" not in run.err


def test_a_recorded_probe_replays(faxcore, tmp_path):
    """The transcript of a probe on hook is a modem for the same probe."""
    from faxcore.ports import open_port
    from faxcore.workbench.probe import probe

    path = tmp_path / "probe.txt"
    first = probe(
        "sim://", off_hook=False, opener=lambda url, profile: open_port(url, profile, record=path)
    )
    again = json.loads(faxcore("modem", "probe", f"replay://{path}", "--on-hook", "--json").out)
    assert [each["text"] for each in again["identity"]] == [each.text for each in first.identity]
    assert again["recommendation"]["profile"] == "generic-class1"
