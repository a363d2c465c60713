"""What must hold between the pages of a plan."""

from collections.abc import Iterator, Mapping

from store.domain.pipeline import Pipeline
from store.planfile.faults import Where, quoted
from store.planfile.sheet import Sheet

Pages = Mapping[str, tuple[Sheet, Pipeline]]
"""By the name of the file without its suffix."""


def check_together(pages: Pages) -> None:
    """Tell the sheets what does not hold between them."""
    _check_names(pages)
    _check_circles(pages)


def _check_names(pages: Pages) -> None:
    """What people type means one pipeline. Keys come first: a name that is another one's key is at fault."""
    taken: dict[str, str] = {}
    for names in (_keys, _other_names):
        for page, (sheet, pipeline) in pages.items():
            for where, text in names(pipeline):
                owner = taken.setdefault(_spoken(text), page)
                if text and owner != page:
                    sheet.error(where, f"{quoted(text)} means {quoted(owner)} already (key, name or alias)")


def _keys(pipeline: Pipeline) -> Iterator[tuple[Where, str]]:
    yield ("key",), pipeline.key


def _other_names(pipeline: Pipeline) -> Iterator[tuple[Where, str]]:
    yield ("name",), pipeline.name
    for index, alias in enumerate(pipeline.aliases):
        yield ("aliases", index), alias


def _spoken(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _check_circles(pages: Pages) -> None:
    upstreams = {
        page: [one for one in pipeline.upstreams if one in pages and one != page]
        for page, (_, pipeline) in pages.items()
    }
    done: set[str] = set()
    for start in upstreams:
        for circle in circles_from(start, upstreams, done):
            sheet, pipeline = pages[circle[0]]
            way = " → ".join(map(quoted, (*circle, circle[0])))
            where = ("upstreams", pipeline.upstreams.index(circle[1]))
            sheet.error(where, f"a circle, each waits for the next: {way}")


def circles_from(start: str, upstreams: Mapping[str, list[str]], done: set[str]) -> Iterator[list[str]]:
    """Walk depth first, without recursion; yield the circles that close."""
    way = [start]
    rest = [iter(upstreams[start] if start not in done else ())]
    while rest:
        following = next(rest[-1], None)
        if following is None:
            done.add(way.pop())
            rest.pop()
        elif following in way:
            yield way[way.index(following) :]
        elif following not in done:
            way.append(following)
            rest.append(iter(upstreams[following]))
