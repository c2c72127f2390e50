"""What each word of the report means, in the words that the report itself prints."""

from __future__ import annotations

DEFINITIONS = [
    {
        "title": "Verdict of a comparison",
        "words": [
            [
                "helps",
                "The interval lies above zero; the effect is at least `prove.smallest_effect`.",
            ],
            ["harms", "The interval lies below zero, however small the effect."],
            [
                "no practical difference",
                "The interval lies within `prove.smallest_effect` on both sides of zero.",
            ],
            [
                "undecided",
                "The rows do not suffice to tell; about how many would is said beside it.",
            ],
        ],
    },
    {
        "title": "Severity of a finding",
        "words": [
            ["error", "The result cannot be trusted."],
            ["warning", "Probably harmful."],
            ["info", "Worth knowing."],
        ],
    },
    {
        "title": "End of a check",
        "words": [
            ["found", "It raised at least one finding."],
            ["passed", "It looked and raised nothing."],
            [
                "not applicable",
                "It says nothing about such a table; the reason stands beside it.",
            ],
            ["skipped", "It could have looked and did not; the reason stands beside it."],
            ["failed", "It broke down. What it would have said is not known."],
        ],
    },
    {
        "title": "Arms of the comparison",
        "words": [
            ["const", "Always gives the commonest class, or the mean: what doing nothing scores."],
            ["naive", "What a first script does: text to numbers in order, gaps to 0, no scaling."],
            ["base", "Plain preparation: one-hot, median with a flag, standard scaling."],
            ["clean", "The steps under `clean`, fitted on training rows alone."],
        ],
    },
    {
        "title": "The bill",
        "words": [
            [
                "price of a step",
                "What it adds, averaged over all sets of the other steps (Shapley); prices sum up.",
            ],
            ["as it came, encoded", "Text as one-hot columns, gaps as 0 or a level; no step on."],
            ["not in `clean`", "A remedy that a finding calls for, tried on top of all steps."],
        ],
    },
]
