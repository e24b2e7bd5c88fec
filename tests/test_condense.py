"""Follow-up questions, completed from the conversation."""

import pytest

from app.condense import TURNS, WORDS, condense, points_back

TITLE = "The Copper Orchard"
PLAYER = [("Who plays the lighthouse keeper?", "Tomas Verhoek")]


def check(history: list[tuple[str, str]], question: str, expected: str) -> None:
    assert condense(question, history, TITLE) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who composed the score?",
        "what year was The Copper Orchard released",
        "Is there a sequel?",
        "is it true that the film lost money?",
        "Was it shot in Norway?",
        "who made it",
        "runtime?",
        "music director",
        "Why did Wanda say she would leave?",
        "What does the widow say to her landlord?",
        "why does greta sell her boat",
        "According to the Captain, what did the sailors see?",
    ],
)
def test_question_that_stands_alone_is_returned_as_it_is(question):
    check(PLAYER, question, question)


@pytest.mark.parametrize("question", ["How did he die?", "And nationwide?", "Why?", "", "???"])
def test_nothing_changes_without_history(question):
    check([], question, question)


@pytest.mark.parametrize("question", ["ok thanks", "haha nice", "Hello!", "ok thats sad"])
def test_small_talk_is_left_alone(question):
    check(PLAYER, question, question)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Where was he born?", "Where was Tomas Verhoek born?"),
        ("and what did critics like about him", "and what did critics like about Tomas Verhoek"),
        ("Was it his first film?", "Was it Tomas Verhoek's first film?"),
        ("What's he done since?", "What's Tomas Verhoek done since?"),
        ("He's Dutch, right?", "Tomas Verhoek's Dutch, right?"),
    ],
)
def test_personal_pronoun_stands_for_the_person_of_the_last_answer(question, expected):
    check(PLAYER, question, expected)


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([("When did Ida Falk join?", "1987")], "How old was she?", "How old was Ida Falk?"),
        ([("does pelle forgive her", "Pelle forgives Rosa")], "why does he", "why does Pelle"),
        ([("Did the script win?", "Okafor took the award")], "What did she say?", "What did Okafor say?"),
        ([("did rufino answer", "only as a joke")], "what is his job", "what is rufino's job"),
        ([("Who is Norma?", "his dead wife")], "when did she die", "when did Norma die"),
        ([("Who is Sergeant Holt?", "A Frisian sergeant who robs his bank")], "does he lie", "does Sergeant Holt lie"),
        ([("Who paid for it?", "a dentist in Rome")], "what did he ask for", "what did the dentist in Rome ask for"),
    ],
)
def test_person_is_found_in_the_question_or_the_answer(history, question, expected):
    check(history, question, expected)


def test_person_of_an_older_turn_is_found():
    history = [*PLAYER, ("How long is the film?", "94 minutes")]
    check(history, "Was he paid?", "Was Tomas Verhoek paid?")


def test_person_stays_the_same_through_follow_ups():
    history = [*PLAYER, ("where was he born?", "Ghent"), ("when was that?", "in 1950")]
    check(history, "did he win anything", "did Tomas Verhoek win anything")


def test_person_stays_the_same_though_others_are_named_in_passing():
    history = [*PLAYER, ("where was he born?", "Ghent"), ("did the film win?", "a jury led by Emil Roth liked it")]
    check(history, "was he there?", "was Tomas Verhoek there?")


def test_refused_answer_names_nobody():
    check([*PLAYER, ("Is he married?", "")], "Does he have children?", "Does Tomas Verhoek have children?")


@pytest.mark.parametrize(
    ("question", "expected"),
    [("what did she win", "what did Ida Falk win"), ("what did he win", "what did Emil Roth win")],
)
def test_gender_that_the_history_tells_decides_between_several(question, expected):
    check([("Who is in it?", "Okafor, the actress Ida Falk and the boy Emil Roth")], question, expected)


def test_pronoun_after_somebody_who_is_named_is_left():
    check([("Who hides the letter?", "Anders")], "What does Mila say to him?", "What does Mila say to him?")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what happens to her at the end", "what happens to Sister Ruth at the end"),
        ("where was she born", "where was Ida Falk born"),
        ("and who plays her mother", "and who plays Sister Ruth's mother"),
        ("and her mother?", "Who plays Sister Ruth's mother?"),
    ],
)
def test_present_tense_asks_about_the_part_and_past_tense_about_the_player(question, expected):
    check([("Who plays Sister Ruth?", "Ida Falk")], question, expected)


@pytest.mark.parametrize(
    "earlier",
    [
        ("When was it shown in San Marino?", "May 1990"),
        ("Which film won?", "Winter Light"),
        ("did reviewers like it", "most of them"),
        ("did filming stop", "for a week"),
        ("Who opened Greta's letter?", "nobody"),
    ],
)
def test_what_is_not_a_person_or_only_owns_something_is_not_meant(earlier):
    check([earlier], "Did he attend?", "Did he attend?")


def test_title_is_not_a_person():
    check([("Who wrote The Copper Orchard?", "")], "Where does she live?", "Where does she live?")


@pytest.mark.parametrize("question", ["How did they meet?", "who carries it home", "and who paid for that?"])
def test_only_he_and_she_are_replaced(question):
    check([("Who steals the telescope?", "Ida Falk and Emil Roth")], question, question)


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([("Does Greta leave?", "she goes to sea")], "Why?", "Why does Greta leave?"),
        ([("does greta leave", "she goes to sea")], "y", "Why does greta leave?"),
        ([("Who was dismissed?", "Emil Roth")], "and why?", "Why was Emil Roth dismissed?"),
        ([("Who was dismissed?", "Emil Roth")], "Right. And why?", "Why was Emil Roth dismissed?"),
        ([("Who pays the inspector?", "Greta")], "how much?", "How much does Greta pay the inspector?"),
        ([("Who paid the inspector?", "Greta")], "when?", "When was it that Greta paid the inspector?"),
        ([("Who marries the inspector?", "Greta")], "why?", "Why was it that Greta marries the inspector?"),
        ([("What does Greta sell?", "the boat")], "Who to?", "Who does Greta sell the boat to?"),
        ([("When did it open?", "8 May 1990")], "where was that?", "Where did it open?"),
        ([("How many cinemas was it in?", "940")], "in how many countries", "In how many countries was it?"),
    ],
)
def test_question_word_alone_asks_the_last_question_again(history, question, expected):
    check(history, question, expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("And nationwide?", "When did it open nationwide?"),
        ("and in Lisbon?", "When did it open in Lisbon?"),
        ("what about lisbon", "When did it open in lisbon?"),
        ("Lisbon?", "When did it open in Lisbon?"),
    ],
)
def test_place_takes_the_place_of_the_last_place(question, expected):
    history = [("When did it open in Oslo?", "8 May"), ("where?", "at the Rex")]
    check(history[:1], question, expected)
    check(history, question, expected)


@pytest.mark.parametrize(
    ("previous", "question", "expected"),
    [
        ("Did Ida Falk win a prize?", "And Emil Roth?", "Did Emil Roth win a prize?"),
        ("Did Ida Falk win a prize?", "what about the director?", "Did the director win a prize?"),
        ("did falk win a prize", "and roth", "Did roth win a prize?"),
        ("Who plays the widow?", "and the tea boy?", "Who plays the tea boy?"),
        ("Who composed the music?", "And the lyrics?", "Who composed the lyrics?"),
        ("What is Emil's job?", "and Greta's?", "and Greta's?"),
        ("Did Emil Roth like it?", "and his wife?", "Did Emil Roth's wife like it?"),
        ("When did the film open?", "and Lisbon?", "When did the film open in Lisbon?"),
        ("When did the film open?", "captain?", "captain?"),
    ],
)
def test_noun_takes_the_place_of_its_like_in_the_last_question(previous, question, expected):
    check([(previous, "")], question, expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [("his wife?", "Who is Tomas Verhoek's wife?"), ("his real name?", "What is Tomas Verhoek's real name?")],
)
def test_possession_alone_asks_who_or_what_it_is(question, expected):
    check([("Who shot the film?", "Tomas Verhoek")], question, expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("and the pitcher, how did he get in?", "How did the pitcher get in?"),
        ("What about Greta, does she sing?", "Does Greta sing?"),
        ("And him, what happens to him?", "What happens to Tomas Verhoek?"),
        ("and in Oslo, when did it open?", "When did it open in Oslo?"),
        ("ah ok. and the indoor scenes, where did they do those", "Where did they do the indoor scenes?"),
    ],
)
def test_topic_in_front_goes_where_its_pronoun_stands(question, expected):
    check([("Who was shot?", "Tomas Verhoek")], question, expected)


@pytest.mark.parametrize(
    "question",
    [
        "Finally, where was it filmed?",
        "Sorry, when was it released?",
        "By the way, who composed the music?",
        "In the film, who plays the lead?",
    ],
)
def test_what_only_leads_in_is_not_brought_back(question):
    check([("Who was shot?", "Tomas Verhoek")], question, question)


@pytest.mark.parametrize("question", ["And the weather?", "what about the other two"])
def test_fragment_without_a_like_is_left_alone(question):
    check([("How long did they train?", "a year")], question, question)


def test_pronoun_alone_is_left():
    check([("Did Ida Falk win?", "She beat Emil Roth")], "what about him?", "what about him?")


def test_small_talk_between_changes_nothing():
    check([*PLAYER, ("ok thanks", "You are welcome.")], "where was he born", "where was Tomas Verhoek born")


def test_only_the_latest_turns_are_looked_at():
    filler = [("How long is it?", "94 minutes")]
    check(PLAYER + filler * (TURNS - 1), "Was he paid?", "Was Tomas Verhoek paid?")
    check(PLAYER + filler * TURNS, "Was he paid?", "Was he paid?")


def test_title_may_be_missing():
    assert condense("Where was he born?", PLAYER, "") == "Where was Tomas Verhoek born?"


def test_very_long_question_is_returned_as_it_is():
    question = "why did he " + "really " * WORDS + "leave"
    check(PLAYER, question, question)


def test_line_breaks_are_spaces():
    check([("Does Greta\nleave?", "she goes\nto sea")], "But\nwhy\n", "Why does Greta leave?")


@pytest.mark.parametrize(
    "question",
    [
        "who does she call",
        "whats special about the water there",
        "who wrote those",
        "Are these real?",
        "which one is bald?",
        "why didnt the other one go",
        "who else knew",
        "Whose mule was it",
        "what was its name",
        "how many of em",
        "who wrote that song",
        "what came after that?",
        "Is that the same actor?",
        "who is the tenth then?",
        "did the director win too",
        "and the budget?",
        "Why?",
        "why at night",
        "how fast?",
        "as what",
        "which actress?",
        "the director?",
        "london?",
        "the tea boy",
        "in the film?",
        "anything else?",
        "no the filming",
    ],
)
def test_question_that_points_back(question):
    assert points_back(question)


@pytest.mark.parametrize(
    "question",
    [
        "runtime?",
        "music director",
        "budget of the film",
        "any awards?",
        "Who composed the score?",
        "Who wrote the novel that the film is based on?",
        "who was the stranger that phoned Ohm",
        "What is Greta's job?",
        "where did Anders hide the letter",
        "what annoyed most of the critics",
    ],
)
def test_question_that_does_not_point_back(question):
    assert not points_back(question)
