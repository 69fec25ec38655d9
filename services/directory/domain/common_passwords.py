"""Passwords that everybody tries first: words, walks over the keyboard and runs of the alphabet."""

import re

WORDS = frozenset(
    {
        "aa", "aaa", "ab", "abc", "abcd", "abcde", "abcdef", "admin", "administrator", "asdf", "asdfgh",
        "asdfghjkl", "beijing", "changeme", "china", "default", "demo", "guest", "hello", "hellow",
        "iloveyou", "initial", "jiaoshi", "jiaoyu", "jiaoyuju", "laoshi", "letmein", "login", "love",
        "mima", "mimamima", "monkey", "nihao", "pass", "passw", "password", "passwords", "passwordpassword",
        "qaz", "qazwsx", "qazwsxedc", "qq", "qwe", "qweasd", "qweasdzxc", "qwer", "qwert", "qwerty",
        "qwertyuiop", "root", "school", "secret", "shixiao", "sunshine", "system", "teacher", "temp", "test",
        "user", "wang", "welcome", "woaini", "woainima", "woaiwojia", "wsx", "xiaoxue", "xiaozhang",
        "xuexiao", "yanxun", "zhang", "zhongguo", "zhongxue", "zhuren", "zxcvbnm",
    }
)  # fmt: skip
"""What is left of a common password without its digits and signs."""
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "01234567890123456789",
)
RUN_CHARACTERS_MIN = 8
"""So long a piece of a run, either way, makes a password common."""
LEET = str.maketrans("@4310$5!7", "aaeiossit")
NO_LETTER = re.compile(r"[\W\d_]+")
AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def is_common(plain: str) -> bool:
    """Whether a password, its width and case made one, is among those that are tried first."""
    return any(_is_word(form) for form in (plain, AROUND.sub("", plain).translate(LEET))) or _walks(plain)


def _is_word(plain: str) -> bool:
    """A listed word with digits and signs around it, or said twice."""
    word = NO_LETTER.sub("", plain)
    half = word[: len(word) // 2]
    return word in WORDS or (word == half * 2 and half in WORDS)


def _walks(plain: str) -> bool:
    """Whether a long piece runs along the alphabet or the keyboard."""
    pieces = (
        plain[start : start + RUN_CHARACTERS_MIN] for start in range(len(plain) - RUN_CHARACTERS_MIN + 1)
    )
    return any(piece in run or piece in run[::-1] for piece in pieces for run in RUNS)
