"""The demo's identity provider: real OpenID Connect, where one logs in by pressing the button of an invented person.

`python -m deploy.embedded.identity_provider` with JOBVEJ_HOST and JOBVEJ_PORT. Production refuses it: no https.
"""

import logging
import os
import signal
import sys
import warnings
from pathlib import Path
from types import FrameType

import flask
import jinja2
import werkzeug.serving

from deploy.embedded import personas
from shared.telemetry import configure

PAGES = Path(__file__).with_name("identity_pages")


def create_app() -> flask.Flask:
    """The provider with our people and our Danish pages, and without its debugger."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own library's future; nothing we could do
        import oidc_provider_mock
    users = [oidc_provider_mock.User(sub=persona.subject, claims=persona.claims()) for persona in personas.ALL]
    app: flask.Flask = oidc_provider_mock.app(require_nonce=False, user_claims=users)
    app.debug = False
    app.wsgi_app = app.wsgi_app.app  # type: ignore[method-assign,attr-defined]  # out of the debugger it is wrapped in
    app.jinja_loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(PAGES), jinja2.PackageLoader("oidc_provider_mock")])
    app.jinja_env.globals.update(citizens=personas.CITIZENS, staff=personas.STAFF)
    for path in ("/livez", "/readyz"):
        app.add_url_rule(path, path, lambda: "ok")
    return app


def main() -> None:
    """Serve until told to stop."""
    # Plain http is right here and nowhere else: this provider only ever listens on this machine.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    configure("demo", "identity", "WARNING")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    host, port = os.environ["JOBVEJ_HOST"], int(os.environ["JOBVEJ_PORT"])
    werkzeug.serving.make_server(host, port, create_app(), threaded=True).serve_forever()


if __name__ == "__main__":
    main()
