"""Looks for barriers on a page with axe-core: every rule of WCAG 2.2 A and AA and best practice, told in Danish."""

from typing import Any

from playwright.async_api import Page

from deploy.embedded import assets

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async ({ tags, locale }) => {
    axe.configure({ locale: JSON.parse(locale) });
    const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return found.violations.map(v => ({
        rule: v.id, help: v.help,
        where: v.nodes.map(n => ({ target: n.target.join(' '), html: n.html, why: n.failureSummary })),
    }));
}"""


async def barriers(page: Page) -> list[str]:
    """One text per rule the page breaks, with the places; empty when there are none."""
    package = assets.fetch_test_tools() / "axe-core"
    if not await page.evaluate("'axe' in window"):
        await page.evaluate((package / "axe.min.js").read_text())
    locale = (package / "locales" / "da.json").read_text()
    found: list[dict[str, Any]] = await page.evaluate(RUN, {"tags": TAGS, "locale": locale})
    return [_sentence(violation) for violation in found]


def _sentence(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {place['target']}: {place['html'][:200]}\n      {place['why']}" for place in violation["where"]
    )
    return f"{violation['rule']}: {violation['help']}\n{places}"
