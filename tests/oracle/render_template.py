"""Renders chat templates with jinja2, set up as Hugging Face transformers sets it up.

stdin: JSON list of {"template", "variables", "now" (optional, ISO time)}
stdout: JSON list of {"text"} or {"error"}
"""
import datetime
import json
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox


class Generation(jinja2.ext.Extension):
    """{% generation %}..{% endgeneration %} marks what the assistant wrote; it renders as its body, in a scope of its own."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def render(case):
    now = datetime.datetime.fromisoformat(case.get("now", "2026-02-03T04:05:06"))
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = now.strftime
    try:
        return {"text": environment.from_string(case["template"]).render(**case["variables"])}
    except Exception as error:  # Whatever goes wrong is the answer for this case.
        return {"error": f"{type(error).__name__}: {error}"}


sys.stdin.reconfigure(encoding="utf-8")
sys.stdout.reconfigure(encoding="utf-8")
json.dump([render(case) for case in json.load(sys.stdin)], sys.stdout)
