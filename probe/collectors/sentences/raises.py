"""What the Python source of a package can raise: sentence, function and type of each exception."""

import ast
import re

from .templates import HOLE, Scope, name_of, tidy

_EXCEPTION = re.compile(r"^[A-Z]\w*(?:Error|Exception|Exit|Interrupt)$")
# What takes a sentence and raises it where something does not hold.
_CHECKER = re.compile(r"(?i)assert|check|raise|error|fail|validate|require|verify|ensure")
_SENTENCE_ARGUMENTS = ("message", "msg", "error_message", "error_msg", "err_msg", "errmsg")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LONGEST = 1500
_FEW_KINDS = 16


class Reader(ast.NodeVisitor):
    """Goes through a module; `found` are pairs of template, function and exception type.

    `kinds` are the texts that a package hands over by keyword (`printable_module_name="layer"`):
    where a sentence is nearly nothing but such a word, each of them makes a sentence.
    """

    def __init__(self, kinds):
        self.found = set()
        self.kinds = kinds
        self.place = []
        self.arguments = frozenset()
        self.scope = Scope({}, {})

    def read(self, tree):
        """Everything that a module raises."""
        self.scope.functions = returned(tree)
        for node in tree.body:
            self._constant(node)
        self.visit(tree)
        return self.found

    def _constant(self, node):
        """A text that a whole module or class goes by, such as `_MESSAGE = "..."`."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            texts = self.scope.texts(node.value)
            if texts and isinstance(node.targets[0], ast.Name):
                self.scope.names[node.targets[0].id] = texts

    def visit_ClassDef(self, node):
        self.place.append(node.name)
        self.generic_visit(node)
        self.place.pop()

    def visit_FunctionDef(self, node):
        scope, arguments = self.scope, self.arguments
        self.scope = Scope(dict(scope.names), scope.functions)
        taken = node.args.args + node.args.kwonlyargs
        self.arguments = frozenset(one.arg for one in taken)
        for name in self.arguments:
            self.scope.names.pop(name, None)
        self.scope.names.update(self._defaults(node.args))
        self.place.append(node.name)
        self.generic_visit(node)
        self.place.pop()
        self.scope, self.arguments = scope, arguments

    def _defaults(self, arguments):
        """The sentences that arguments are where nobody gives them."""
        pairs = list(zip(reversed(arguments.args), reversed(arguments.defaults)))
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults)
        texts = {name.arg: self.scope.texts(default) for name, default in pairs}
        return {name: one for name, one in texts.items() if one and len(one[0].split()) > 1}

    def visit_AsyncFunctionDef(self, node):
        self.visit_FunctionDef(node)

    def visit_Assign(self, node):
        self.generic_visit(node)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and self.place:
            name = node.targets[0].id
            texts = [text for text in self.scope.texts(node.value) or () if _WORD.search(text)]
            known = self.scope.names.get(name, [])
            self.scope.names[name] = ([t for t in known if t not in texts] + texts)[-8:]

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            known = self.scope.names.get(node.target.id)
            more = self.scope.texts(node.value)
            if known and more:
                joined = [one + other for one in known[-4:] for other in more[:2]]
                self.scope.names[node.target.id] = (known[-4:] + joined)[:8]

    def visit_Assert(self, node):
        self.generic_visit(node)
        self._note(self.scope.texts(node.msg), "AssertionError")

    def visit_Call(self, node):
        self.generic_visit(node)
        name = name_of(node.func)
        if _EXCEPTION.match(name):
            self._exception(node, name)
        elif name == "__init__" and self.place and _EXCEPTION.match(self.place[0]):
            self._exception(node, self.place[0])
        else:
            self._handed_over(node, name)

    def _exception(self, node, kind):
        texts = [self.scope.texts(one) for one in node.args]
        words = [one for one in texts if one]
        words += [self.scope.texts(one.value) for one in node.keywords if one.arg == "message"]
        if len(node.args) > 1 and words and "Operation" not in kind and texts[0]:
            # Python shows an exception of several arguments as a tuple.
            shown = ["'%s'" % one[0] if one else HOLE for one in texts]
            self._note(["(%s)" % ", ".join(shown)], kind)
        else:
            for one in words:
                self._note(one, kind, node)

    def _handed_over(self, node, name):
        """A sentence that is an argument: of a function that checks, or by the name it has."""
        given = [one.value for one in node.keywords if one.arg in _SENTENCE_ARGUMENTS]
        given += node.args if _CHECKER.search(name) else ()
        for one in given:
            texts = [t for t in self.scope.texts(one) or () if len(_WORD.findall(t)) >= 4]
            self._note(texts, "")

    def _note(self, texts, kind, node=None):
        for text in texts or ():
            for full in self._with_kinds(text, node):
                template = tidy(full)[:_LONGEST]
                if sum(map(len, _WORD.findall(template))) >= 8:
                    self.found.add((template, ".".join(self.place), kind))

    def _with_kinds(self, text, node):
        if node is None or HOLE not in text or len(_WORD.findall(text)) > 1:
            return [text]
        names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
        known = [self.kinds.get(one, ()) for one in names if one in self.arguments]
        words = sorted({word for kinds in known if len(kinds) <= _FEW_KINDS for word in kinds})
        return [text] + [text.replace(HOLE, word, 1) for word in words]


def returned(tree):
    """The texts that functions of a module return, by name."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            scope = Scope({}, {})
            results = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            texts = [text for one in results for text in scope.texts(one) or ()]
            if texts and any(len(_WORD.findall(text)) >= 3 for text in texts):
                found[node.name] = texts[:4]
    return found
