"""The Web API methods, by the objects they are about; `METHODS` is all that the workspace answers to."""

from bot.sandbox.methods import chat, conversations, files, general, people, views
from bot.sandbox.methods.method import Method

METHODS: dict[str, Method] = {
    **general.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **people.METHODS,
    **views.METHODS,
    **files.METHODS,
}
