"""install and uninstall on a folder in a checkout's shape, and on real checkouts where RPPG_TOOLBOX names them."""

import json
import os
import shutil

import pytest
from support.checkouts import assert_refused, contents

from rfacenet_toolbox.errors import InstallError, OutputError
from rfacenet_toolbox.hosts.toolbox import install as plugin
from rfacenet_toolbox.hosts.toolbox import main_line

LINE = main_line.LINE.encode()
pytestmark = pytest.mark.usefixtures("shipped")


def test_install_adds_the_line_and_the_configs_and_uninstall_gives_all_back(checkout, shipped):
    before = contents(checkout)
    report = plugin.install(checkout)
    after = contents(checkout)
    assert after["main.py"] == LINE + b"\n" + before["main.py"]
    assert after["toolbox_configs/A.yaml"] == (shipped / "A.yaml").read_bytes()
    added = {"toolbox_configs", "toolbox_configs/A.yaml", "toolbox_configs/B.yaml", "toolbox_configs/.rfacenet.json"}
    assert set(after) - set(before) == added
    assert report[1:3] == ["main.py: one line added", "toolbox_configs/: 2 files added, 0 there already"]
    report = plugin.uninstall(checkout)
    assert contents(checkout) == before
    assert report[1:] == ["main.py: as it was", "toolbox_configs/: 2 files removed"]


@pytest.mark.parametrize("theirs", [False, True], ids=["new folder", "with a file of the user's"])
def test_configs_in_folders_come_with_their_folder_and_go_with_it(checkout, shipped, theirs):
    (shipped / "rows").mkdir()
    (shipped / "rows" / "C.yaml").write_text("BASE: ['../B.yaml']\n")
    if theirs:
        (checkout / "toolbox_configs" / "rows").mkdir(parents=True)
        (checkout / "toolbox_configs" / "rows" / "D.yaml").write_text("mine\n")
    before = contents(checkout)
    assert plugin.install(checkout)[2] == "toolbox_configs/: 3 files added, 0 there already"
    assert contents(checkout)["toolbox_configs/rows/C.yaml"] == b"BASE: ['../B.yaml']\n"
    assert plugin.install(checkout)[2] == "toolbox_configs/: 0 files added, 3 there already"
    (shipped / "A.yaml").write_text("DEVICE: cpu\n")
    assert plugin.install(checkout)[2] == "toolbox_configs/: 0 files added, 1 updated, 2 there already"
    plugin.uninstall(checkout)
    assert contents(checkout) == before


def test_both_are_safe_to_repeat(checkout):
    before = contents(checkout)
    plugin.install(checkout)
    once = contents(checkout)
    assert "main.py: the line is there already" in plugin.install(checkout)
    assert contents(checkout) == once
    plugin.uninstall(checkout)
    assert "nothing to remove" in plugin.uninstall(checkout)[0]
    assert contents(checkout) == before


def test_the_users_own_configs_stay(checkout):
    folder = checkout / "toolbox_configs"
    folder.mkdir()
    (folder / "A.yaml").write_text("mine\n")
    (folder / "C.yaml").write_text("mine too\n")
    before = contents(checkout)
    assert "toolbox_configs/A.yaml: yours, left as it is" in plugin.install(checkout)
    assert (folder / "A.yaml").read_text() == "mine\n"
    plugin.uninstall(checkout)
    assert contents(checkout) == before


def test_a_config_of_the_users_that_equals_ours_stays(checkout, shipped):
    (checkout / "toolbox_configs").mkdir()
    shutil.copy(str(shipped / "A.yaml"), str(checkout / "toolbox_configs"))
    before = contents(checkout)
    plugin.install(checkout)
    plugin.uninstall(checkout)
    assert contents(checkout) == before


def test_a_config_edited_since_is_kept_and_named(checkout):
    plugin.install(checkout)
    (checkout / "toolbox_configs" / "A.yaml").write_text("edited\n")
    plugin.install(checkout)
    assert "toolbox_configs/A.yaml: edited since, kept" in plugin.uninstall(checkout)
    assert [path.name for path in (checkout / "toolbox_configs").iterdir()] == ["A.yaml"]
    assert (checkout / "toolbox_configs" / "A.yaml").read_text() == "edited\n"


def test_a_newer_package_renews_its_configs(checkout, shipped):
    before = contents(checkout)
    plugin.install(checkout)
    (shipped / "A.yaml").write_text("DEVICE: cpu\n")
    plugin.install(checkout)
    assert (checkout / "toolbox_configs" / "A.yaml").read_text() == "DEVICE: cpu\n"
    plugin.uninstall(checkout)
    assert contents(checkout) == before


def test_uninstall_refuses_an_edited_main_unless_told_to_keep_the_edits(checkout):
    before = (checkout / "main.py").read_bytes()
    plugin.install(checkout)
    with (checkout / "main.py").open("ab") as file:
        file.write(b"# an edit\n")
    assert_refused(checkout, lambda: plugin.uninstall(checkout), "was edited after.*--keep-edits")
    plugin.uninstall(checkout, keep_edits=True)
    assert (checkout / "main.py").read_bytes() == before + b"# an edit\n"
    assert not (checkout / "toolbox_configs").exists()


@pytest.mark.parametrize(
    "file, old, new, match",
    [
        ("main.py", "def train_and_test", "def train_it", "does not define train_and_test"),
        ("main.py", "config = get_config(args)", "config = load(args)", "does not call get_config"),
        ("main.py", "        test(config", "        trial(config", "does not call test"),
        ("main.py", "import argparse", "import argparse (", "no Python that can be read"),
        ("config.py", "def get_config", "def load", "does not define get_config"),
    ],
)
def test_a_main_or_config_of_another_shape_is_an_error(checkout, file, old, new, match):
    path = checkout / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert_refused(checkout, lambda: plugin.install(checkout), match)


@pytest.mark.parametrize("name", ["main.py", "config.py", "neural_methods", "dataset"])
def test_a_folder_that_lacks_a_part_is_an_error(checkout, name):
    path = checkout / name
    path.unlink() if path.is_file() else shutil.rmtree(str(path))
    assert_refused(checkout, lambda: plugin.install(checkout), f"has no {name}. Expected .* Nothing was changed")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    for call in (plugin.install, plugin.uninstall):
        with pytest.raises(InstallError, match="nowhere is not there. Expected the root of an rPPG-Toolbox checkout"):
            call(tmp_path / "nowhere")
        with pytest.raises(InstallError, match="B.yaml is not a folder. Expected"):
            call(tmp_path / "shipped" / "B.yaml")
        with pytest.raises(InstallError, match="shipped has no main.py"):
            call(tmp_path / "shipped")


def test_a_file_in_the_configs_place_is_an_error(checkout):
    (checkout / "toolbox_configs").write_text("mine\n")
    assert_refused(checkout, lambda: plugin.install(checkout), "toolbox_configs is not a folder.* Rename it")


@pytest.mark.parametrize("folder", [".", "toolbox_configs"])
def test_a_folder_that_is_not_writable_is_an_error_before_anything_is_written(checkout, monkeypatch, folder):
    access, closed = os.access, str(checkout / folder)
    (checkout / "toolbox_configs").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != closed and access(path, mode))
    assert_refused(checkout, lambda: plugin.install(checkout), "is not writable. Make it writable, or run this as its")
    monkeypatch.undo()
    monkeypatch.setattr(plugin, "configs_dir", lambda: str(checkout.parent / "shipped"))
    plugin.install(checkout)
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != closed and access(path, mode))
    assert_refused(checkout, lambda: plugin.uninstall(checkout), "is not writable. Make it writable")


def test_a_damaged_record_is_an_error(checkout):
    plugin.install(checkout)
    record = checkout / "toolbox_configs" / ".rfacenet.json"
    sound = json.loads(record.read_text())
    outside = [json.dumps(dict(sound, configs={name: "0"})) for name in ("../../main.py", "/main.py", "rows/../x")]
    kinds = (
        {"main": 1},
        {"configs": ["A.yaml"]},
        {"configs": {"A.yaml": 1}},
        {"configs": {"A\0": ""}},
        {"made_folder": 1},
    )
    odd = [json.dumps(dict(sound, **change)) for change in kinds]
    for text in ("{", "[]", "{}", *outside, *odd):
        record.write_text(text)
        assert_refused(checkout, lambda: plugin.uninstall(checkout), "not the record that install wrote")


def test_an_install_that_was_cut_off_can_be_undone_and_repeated(checkout, monkeypatch):
    before = contents(checkout)
    replace, calls = os.replace, []

    def fail_at_the_third(source, target):
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device", target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_at_the_third)
    with pytest.raises(OutputError, match="B.yaml cannot be written .the disk is full"):
        plugin.install(checkout)
    monkeypatch.setattr(os, "replace", replace)
    partly = contents(checkout)
    assert partly["main.py"] == before["main.py"]
    assert not [name for name in partly if name.endswith(".tmp")]
    plugin.install(checkout)
    plugin.uninstall(checkout)
    assert contents(checkout) == before


def test_real_checkouts_are_given_back(real_checkout):
    before = contents(real_checkout)
    plugin.install(real_checkout)
    assert (real_checkout / "main.py").read_bytes() == LINE + b"\n" + before["main.py"]
    plugin.uninstall(real_checkout)
    assert contents(real_checkout) == before
