"""A call to a procedure without ``yield from`` silently does nothing: none may exist."""

import ast
from pathlib import Path

import pytest

import faxcore.t30

FOLDER = Path(faxcore.t30.__file__).parent


def returns_procedure(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.FunctionDef)
        and isinstance(node.returns, ast.Subscript)
        and ast.unparse(node.returns.value) == "Procedure"
    )


def procedures(trees: list[ast.Module]) -> set[str]:
    return {node.name for tree in trees for node in ast.walk(tree) if returns_procedure(node)}


def forgotten(tree: ast.Module, names: set[str]) -> list[str]:
    delegated = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.YieldFrom)}
    return [
        f"line {node.lineno}: {ast.unparse(node.func)}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in names
        and id(node) not in delegated
    ]


def parsed() -> dict[str, ast.Module]:
    return {path.name: ast.parse(path.read_text()) for path in sorted(FOLDER.glob("*.py"))}


@pytest.mark.parametrize("name", sorted(parsed()))
def test_every_call_of_a_procedure_is_delegated(name):
    trees = parsed()
    assert forgotten(trees[name], procedures(list(trees.values()))) == []


def test_the_procedures_are_found():
    assert {"send_document", "receive_document", "hear", "train"} <= procedures(
        list(parsed().values())
    )


def test_a_forgotten_one_would_be_found():
    tree = ast.parse("def f() -> Procedure[None]:\n    hear(Silence())\n    yield from hear(op)\n")
    assert forgotten(tree, {"hear"}) == ["line 2: hear()"]
