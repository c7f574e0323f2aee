from __future__ import annotations

import os

import pytest

from rcsplan.diagnostics import Diagnostic
from rcsplan.manifest.files import MAX_FILE_BYTES, files_matching, manifest_files, name_of, read_source
from tests.manifest.projects import load, make_manifest, places, write


def found(folder):
    files, _ = manifest_files(folder)
    return [name_of(file, folder) for file in files]


def make_tree(folder, *names):
    for name in names:
        write(folder / name, "a: 1\n")


def test_every_yaml_file_below_the_project_is_a_manifest(tmp_path):
    make_tree(tmp_path, "b.yaml", "a.yml", "x/y/c.yaml", "x/notes.txt", "x/d.json")
    assert found(tmp_path) == ["a.yml", "b.yaml", "x/y/c.yaml"]


@pytest.mark.parametrize(
    "name",
    [
        "rcsplan.yaml",
        "_draft.yaml",
        "_drafts/a.yaml",
        ".hidden.yaml",
        ".github/a.yaml",
        "vars/a.yaml",
        "brand/vars/a.yaml",
        "templates/a.yaml",
        "calendars/a.yaml",
        "sandbox/account.yaml",
    ],
)
def test_what_is_set_apart_is_no_manifest(tmp_path, name):
    make_tree(tmp_path, "a.yaml", name)
    assert found(tmp_path) == ["a.yaml"]


def test_a_project_inside_the_project_is_another_project(tmp_path):
    make_tree(tmp_path, "a.yaml", "other/rcsplan.yaml", "other/b.yaml")
    assert found(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        ("*.yaml", ["a.yaml"]),
        ("**/*.yaml", ["a.yaml", "x/b.yaml", "x/y/c.yaml"]),
        ("x/*", ["x/b.yaml"]),
        ("./x/**", ["x/b.yaml", "x/y/c.yaml"]),
        ("x/?.yaml", ["x/b.yaml"]),
        ("a.*", ["a.yaml"]),
        ("A.yaml", []),
    ],
)
def test_a_glob_matches_paths_of_the_project(tmp_path, glob, names):
    make_tree(tmp_path, "a.yaml", "x/b.yaml", "x/y/c.yaml")
    matching = files_matching(glob, manifest_files(tmp_path)[0], tmp_path)
    assert sorted(name_of(file, tmp_path) for file in matching) == names


def test_a_folder_symlink_that_stays_inside_is_not_followed(tmp_path):
    make_tree(tmp_path, "x/a.yaml")
    (tmp_path / "x" / "loop").symlink_to(tmp_path)
    assert (found(tmp_path), manifest_files(tmp_path)[1]) == (["x/a.yaml"], ())


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    write(tmp_path / "a.yaml", b"\xef\xbb\xbfa: 1\n")
    source = read_source(tmp_path / "a.yaml", tmp_path)
    assert source.text == "a: 1\n"


def test_a_file_may_be_as_large_as_the_bound(tmp_path):
    write(tmp_path / "a.yaml", b"#" * MAX_FILE_BYTES)
    assert not isinstance(read_source(tmp_path / "a.yaml", tmp_path), Diagnostic)


def make_large(path):
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)


BAD = {
    "large": (make_large, "a.yaml file-too-large"),
    "latin-1": (lambda path: path.write_bytes(b"a: 1\nb: caf\xe9\n"), "a.yaml:2:7 not-utf-8"),
    "truncated": (lambda path: path.write_bytes("b: ї".encode()[:-1]), "a.yaml:1:4 not-utf-8"),
    "utf-16": (lambda path: path.write_bytes("a: 1".encode("utf-16")), "a.yaml:1:1 not-utf-8"),
    "folder": (lambda path: path.mkdir(), "a.yaml not-a-file"),
    "pipe": (os.mkfifo, "a.yaml not-a-file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a.yaml path-leaves-project"),
    "outside": (lambda path: path.symlink_to("/etc/hosts"), "a.yaml path-leaves-project"),
    "dangling": (lambda path: path.symlink_to("gone.yaml"), "a.yaml unreadable-file"),
    "loop": (lambda path: path.symlink_to("a.yaml"), "a.yaml unreadable-file"),
    "folder outside": (lambda path: path.with_suffix("").symlink_to("/etc"), "a path-leaves-project"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_is_no_text_of_the_project_is_refused_and_the_others_load(tmp_path, kind):
    make, place = BAD[kind]
    make(tmp_path / "a.yaml")
    loaded = load(tmp_path, make_manifest())
    assert (places(loaded), [str(send.address) for send in loaded.desired]) == ([place], ["spring-sale"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_refused(tmp_path):
    write(tmp_path / "a.yaml", "a: 1\n")
    (tmp_path / "a.yaml").chmod(0)
    assert read_source(tmp_path / "a.yaml", tmp_path).code == "unreadable-file"
