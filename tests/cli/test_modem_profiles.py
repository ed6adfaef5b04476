"""``faxcore modem profiles``: the list of them, and one explained."""

import json

from faxcore.profiles import load_profile, meaning, profile_names


def test_all_are_listed_with_class_and_description(faxcore):
    run = faxcore("modem", "profiles")
    assert run.code == 0, run.err
    for name in profile_names():
        assert name in run.out
    assert "US Robotics Courier and Sportster in class 2.0" in " ".join(run.out.split())


def test_the_list_for_programs(faxcore):
    rows = json.loads(faxcore("modem", "profiles", "--json").out)["profiles"]
    assert [row["name"] for row in rows] == list(profile_names())
    by_name = {row["name"]: row for row in rows}
    assert by_name["mainpine-2.1"]["fax_class"] == "2.1"
    assert by_name["generic"]["description"] == load_profile("generic").description


def test_one_is_explained_with_its_notes_and_what_its_fields_mean(faxcore):
    told = json.loads(faxcore("modem", "profiles", "usr-courier-v32", "--json").out)
    assert told["inherits"] == "usr-courier-2.0"
    assert told["notes"] == list(load_profile("usr-courier-v32").notes)
    assert told["file"].endswith("usr-courier-v32.toml")
    fields = {each["field"]: each for each in told["fields"]}
    assert fields["names_the_rate"]["value"] is False
    assert fields["names_the_rate"]["said_by"] == "usr-courier-v32"
    assert fields["page_end"]["value"] == "none"
    assert fields["page_end"]["said_by"] == "usr-courier-2.0"
    assert fields["page_end"]["means"] == meaning("page_end")
    assert "baud" not in fields


def test_one_is_explained_to_people(faxcore):
    run = faxcore("modem", "profiles", "exar-9624")
    assert run.code == 0, run.err
    words = " ".join(run.out.split())
    for text in ("exar-9624", "generic-class2", "stop_bits", "not tried on hardware", "500"):
        assert text in words


def test_a_folder_of_the_users_is_looked_in_first(faxcore, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'description = "Mine"\ninherits = "generic-class2"\ngap_ms = 80\n'
    )
    told = json.loads(faxcore("modem", "profiles", "mine", "--folder", tmp_path, "--json").out)
    assert told["file"] == str(tmp_path / "mine.toml")
    assert "mine" in faxcore("modem", "profiles", "--folder", tmp_path).out


def test_an_unknown_profile_is_one_sentence(faxcore):
    run = faxcore("modem", "profiles", "nonesuch")
    assert run.code == 2
    assert run.err == (
        "faxcore: no modem profile named 'nonesuch'; `faxcore modem profiles` lists them\n"
    )
