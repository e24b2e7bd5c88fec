"""Closed classes of English words that `condense` looks at, all in lower case."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AUXILIARIES = _words(
    "do does did is are was were am has have had can could will would shall should may might must don't doesn't "
    "didn't isn't aren't wasn't weren't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't dont doesnt "
    "didnt isnt arent wasnt werent hasnt havent hadnt cant couldnt wont wouldnt shouldnt"
)
BE = _words("is are was were am 's isn't aren't wasn't weren't isnt arent wasnt werent")
QUESTION_WORDS = _words(
    "who whom whose what which when where why how who's what's where's when's how's whos whats wheres"
)
PRONOUNS = _words("i you he she it we they me him her us them his hers its their theirs this that these those")
PREPOSITIONS = _words(
    "in at on from near inside outside across around throughout within to into through of for by with without "
    "about after before during since until till against over under behind beside besides between among including "
    "as than like instead out off up down"
)
ADVERBS = _words(
    "nationwide nationally indoors outdoors abroad overseas internationally worldwide elsewhere locally "
    "originally everywhere alone today later afterwards afterward before after"
)
FUNCTION_WORDS = (
    AUXILIARIES
    | QUESTION_WORDS
    | PRONOUNS
    | PREPOSITIONS
    | ADVERBS
    | _words(
        "a an the my your our some any no not none only yes both all each every either neither several many much "
        "most more few one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred other "
        "others another same such so and but or nor if because although though while when whereas once then there "
        "here also too just even still yet never ever always often again now later first last next early late "
        "according despite upon apart please tell besides critics nobody someone somebody everyone everybody "
        "anyone nothing something everything"
    )
)
THINGS = _words(
    "award awards prize prizes festival film films cinema movie movies theatre theater theatres academy genie "
    "oscar oscars golden globe best actor actress director screenplay picture score song university college "
    "school institute museum studio studios pictures productions company street road avenue river lake mountain "
    "hotel bar church hospital north south east west american british english french german japanese italian "
    "spanish chinese indian russian monday tuesday wednesday thursday friday saturday sunday christmas easter "
    "times post tribune herald news guild association society union palme bear lion leopard silver bronze grand "
    "jury mm super"
)
"""Parts of capitalised names that are not a person's."""
MONTHS = _words("january february march april may june july august september october november december")
FEMALE = _words(
    "actress aunt aunty auntie bride daughter duchess empress girl girlfriend grandmother heroine hostess lady "
    "ladies madam madame mama maid mother mrs ms miss mum nun princess queen sister waitress widow wife woman "
    "women landlady stepmother niece señora signora camerawoman"
)
MALE = _words(
    "boy boyfriend brother count dad duke emperor father gentleman grandfather groom hero husband king lord man "
    "men mr nephew papa prince sir son uncle waiter widower monk priest stepfather landlord señor signor "
    "cameraman"
)
PEOPLE = (
    FEMALE
    | MALE
    | _words(
        "actor actors assistant author baby bishop coach engineer farmer guy mayor nurse sheriff surgeon "
        "witness boss captain cashier child children cinematographer clerk colonel composer critic critics "
        "detective doctor director driver editor friend guest judge killer lawyer lead manager musician neighbour "
        "neighbor novelist officer owner pilot player producer reviewer reporter screenwriter sergeant singer "
        "soldier star student teacher writer twins couple brothers sisters parents crew cast"
    )
)
TOPICS = _words(
    "actor actors actress author awards box budget cast cinematographer composer cost crew date director distributor "
    "editor ending film genre gross language lead length main movie music name office plot premise producer producers "
    "rating reception release reviews running runtime score screenwriter sequel setting soundtrack star story summary "
    "time title trailer true writer writers"
)
"""What people type alone to ask about the film, whatever came before."""
