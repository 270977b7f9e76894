"""The history cut of AgentBench v0.2, as spec/agentbench.md 1.1 describes it."""

from harness.protocol import cut, segments
from harness.types import Message


def chat(*sizes: int) -> list[Message]:
    roles = ["user", "assistant"]
    return [Message(roles[i % 2], "+" * size) for i, size in enumerate(sizes)]


def test_words_are_cut_every_seven_letters_and_other_characters_count_one() -> None:
    assert segments("abcdefg") == 1
    assert segments("abcdefgh") == 2
    assert segments("a1 b\n!") == 4


def test_a_short_history_is_left_alone() -> None:
    assert cut(chat(10, 10, 10)) == chat(10, 10, 10)


def test_the_newest_messages_within_the_budget_are_kept_and_the_rest_is_counted() -> None:
    kept = cut(chat(1000, 1000, 1000, 1000, 1000))
    assert [len(m.content) for m in kept[1:]] == [1000, 1000]
    assert kept[0].content.endswith("\n\n[NOTICE] 2 messages are omitted.")


def test_the_kept_tail_starts_with_the_agent() -> None:
    kept = cut(chat(1000, 1000, 900, 900, 500))
    assert [m.role for m in kept] == ["user", "assistant", "user"]


def test_the_count_must_stay_below_the_budget_not_reach_it() -> None:
    assert len(cut(chat(1500, 1000, 999))) == 3
    assert len(cut(chat(1500, 1000, 1000))) == 1
