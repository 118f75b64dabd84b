"""Chromium, and the people who drive it: each in a session of their own, on pages that must be without fault."""

import datetime
import io
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pypdf
import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from residence.authentication import totp_code
from residence.models import User
from tests.conftest import CHROMIUM
from tests.factories import PASSWORD

# What an element is for axe: its kind, not its name or number. Two states of a page differ by the kinds that they show.
KIND = """const kind = (element) => element
    ? [element.tagName, element.getAttribute("class"), element.getAttribute("role"), element.type].join() : "";
const colours = (element) =>
    [element, element.parentElement, element.parentElement?.parentElement].map(kind).join(" < ");
const all = [...document.querySelectorAll("body *")];
const worded = all.filter((element) => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));"""
KINDS = f"() => {{ {KIND} return [[...new Set(all.map(kind))], [...new Set(worded.map(colours))]]; }}"
# Contrast, most of axe’s time, is measured where words stand in an element that, inside its parents, is of a new kind.
READ = f"""async (unmeasured) => {{ {KIND}
    const asked = new Set(unmeasured), found = [];
    const include = worded.filter((element) => asked.has(colours(element)) && asked.delete(colours(element)));
    const options = {{resultTypes: ["violations"], preload: false}};
    found.push(...(await axe.run({{...options, rules: {{"color-contrast": {{enabled: false}}}}}})).violations);
    if (include.length)
        found.push(...(await axe.run({{include}}, {{...options, runOnly: ["color-contrast"]}})).violations);
    return {{violations: found}};
}}"""


class Agent:
    """A person at a screen. Each page that they open is read by axe, and its console must stay empty."""

    read: ClassVar[dict[tuple[str, int], set[str]]] = defaultdict(set)
    measured: ClassVar[dict[int, set[str]]] = defaultdict(set)

    def __init__(self, browser: Browser, base: str, user: User, width: int) -> None:
        self.user = user
        self.base = base
        self.width = width
        self.context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR")
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def come_in(self) -> None:
        """Be given a session, rather than type the password again."""
        client = Client()
        client.force_login(self.user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.base}])

    def sign_in(self) -> None:
        """Type name and password, and the code of the second factor where there is one."""
        self.page.goto(f"{self.base}/")
        self.check()
        self.page.fill("[name=login]", self.user.username)
        self.page.fill("[name=password]", PASSWORD)
        self.press("Se connecter")
        code = totp_code(self.user)
        if code is not None:
            self.page.fill("[name=code]", code)
            self.page.locator("main form button[type=submit]").first.click()
            self.check()
        assert self.page.url.rstrip("/") == self.base.rstrip("/"), self.page.url

    def later(self, clock: Any, day: datetime.date) -> None:
        """Another day: the first session is over."""
        clock.move_to(datetime.datetime(day.year, day.month, day.day, 8, 30, tzinfo=datetime.UTC))
        self.come_in()

    def go(self, address: str) -> None:
        answer = self.page.goto(f"{self.base}{address}")
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        self.check()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            field = self.page.locator(f"[name='{name}']")
            if field.count() > 1 or field.first.get_attribute("type") in ("radio", "checkbox"):
                self.page.locator(f"[name='{name}'][value='{value}']").check()
            elif field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def press(self, label: str) -> None:
        """The button, or the link that looks like one, of the page's own part."""
        self._named(label).first.click()
        self.page.wait_for_load_state()
        self.check()

    def submit(self) -> None:
        """The main button of the page's form."""
        self.page.locator(
            "main form button[type=submit].btn-primary, main form input[type=submit].btn-primary"
        ).last.click()
        self.page.wait_for_load_state()
        self.check()

    def _named(self, label: str) -> Locator:
        main = self.page.locator("main")
        return main.get_by_role("button", name=label).or_(main.get_by_role("link", name=label))

    def check(self) -> None:
        assert not self.said, f"{self.page.url}: {self.said}"
        kinds, colours = map(set, self.page.evaluate(KINDS))
        path = (re.sub(r"\d+", "0", urlsplit(self.page.url).path), self.width)
        if kinds <= self.read[path]:
            return
        self.page.evaluate(AXE_SCRIPT)
        found = AxeResults(self.page.evaluate(READ, sorted(colours - self.measured[self.width])))
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        # axe itself may make the policy of the page speak.
        self.said.clear()
        self.read[path] |= kinds
        self.measured[self.width] |= colours

    def fits(self) -> None:
        """Nothing runs off the side."""
        over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{self.page.url} runs {over} px off a screen of {self.width} px"

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def pdf(self, document: int) -> str:
        """The text of an issued document that the page leads to: a tagged PDF with a title."""
        link = self.page.locator(f"main a[href='/documents/{document}/']").first
        answer = self.context.request.get(f"{self.base}{link.get_attribute('href')}")
        assert answer.status == 200, f"document {document}: {answer.status}"
        reader = pypdf.PdfReader(io.BytesIO(answer.body()))
        assert "/StructTreeRoot" in reader.root_object
        assert reader.metadata is not None
        assert reader.metadata.title
        return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


@pytest.fixture(scope="package", autouse=True)
def _connections_lent() -> Iterator[None]:
    """Have the live server lend a database connection to each request: one for each socket that stays open empties the
    server, and one for each request spends half of its time learning the tables.
    """
    idle: dict[str, list[Any]] = defaultdict(list)
    connect, close = DatabaseWrapper.get_new_connection, DatabaseWrapper._close

    def lend(self: DatabaseWrapper, parameters: dict[str, Any]) -> Any:
        try:
            return idle[parameters["dbname"]].pop()
        except IndexError:
            return connect(self, parameters)

    def give_back(self: DatabaseWrapper) -> None:
        if threading.current_thread() is threading.main_thread():
            close(self)
        elif self.connection is not None and not self.connection.closed:
            self.connection.rollback()
            idle[self.connection.info.dbname].append(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
        patch.setattr(DatabaseWrapper, "get_new_connection", lend)
        patch.setattr(DatabaseWrapper, "_close", give_back)
        yield
    for connection in chain(*idle.values()):
        connection.close()


@pytest.fixture(scope="package", autouse=True)
def _files_kept_by_the_browser() -> Iterator[None]:
    """Have static files asked for once by each person at a screen, as those that carry their hash are in production."""
    serve = StaticFilesHandler.serve

    def kept(self: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        response = serve(self, request)
        response["Cache-Control"] = "max-age=31536000"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", kept)
        yield


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; the database is asked from it in plain calls all the same.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                # No page lives long enough for what compiles its scripts once more to be worth its while.
                "--js-flags=--no-opt,--no-maglev",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def at_screen(browser: Browser, live_server: Any) -> Iterator[Callable[..., Agent]]:
    """Sits a user down before a screen of a given width; `typed`: they sign in by the form."""
    agents: list[Agent] = []

    def sit(user: User, width: int = 1440, *, typed: bool = False) -> Agent:
        agent = Agent(browser, live_server.url, user, width)
        agents.append(agent)
        if typed:
            agent.sign_in()
        else:
            agent.come_in()
        return agent

    yield sit
    for agent in agents:
        agent.context.close()
