"""Word lists and made-up words. Every list is split by `split.is_held_back`."""

from __future__ import annotations

from random import Random

from split import side

WORDS = """
apple arrow autumn badge bamboo banana basket beach bear bell berry bicycle bird blanket blossom boat book bottle box
bread breeze brick bridge brother brush bucket butter button cabin cactus camel camera candle canyon carpet carrot
castle cat cellar chain chair chalk cheese cherry chimney circle city cliff clock cloud clover coast coat coffee coin
comet copper coral corner cotton crab cradle crane crayon creek cricket crown crystal cup curtain daisy dance desert
desk diamond dinner dolphin door dragon drawer dream drum duck eagle earth echo elbow engine feather fence fern field
finger fire fish flag flame flower flute forest fork fossil fountain fox frame friend frog fruit garden garlic gate
ginger giraffe glass globe glove goat gold goose grain grape grass gravel guitar hammer harbor harvest hat hawk helmet
hill honey hook horse hotel house ice island ivory jacket jar jelly jewel jungle kettle key king kitchen kite kitten
ladder lake lamp lantern leaf lemon letter library light lily lion lizard lobster lotus magnet mango map maple marble
market meadow medal melon mint mirror mitten monkey moon moss mother mountain mouse mushroom music napkin needle nest
night noodle north notebook novel nurse nut oak oasis oat ocean olive onion orange orchard otter oven owl oyster paint
palace panda paper parrot pasta path peach peanut pear pearl pebble pencil penguin pepper piano picnic pigeon pillow
pilot pine planet plate plum pocket poem pond pony potato powder puzzle quail queen quilt quiver rabbit radio rain
raven ribbon rice river robin rocket roof root rope rose saddle sail salad salt sand scarf school seed shadow shark
sheep shell ship shoe silver sister sky snail snow soap sock song spider spoon spring squirrel star statue stone storm
stream street sugar summer sun swan table tailor tea teacher temple tent thunder tiger toast tomato tower train tree
trumpet tulip tunnel turtle umbrella valley vase velvet village violet violin wagon wall walnut water wave whale wheat
wheel whistle willow window winter wolf wood wool yarn yellow zebra zipper
big blue bold brave bright calm cheap clean clever cold cool dark deep dry early easy empty fair fast fine flat fresh
full gentle glad good grand great green gray happy hard heavy high hot huge kind large late lazy little long loud low
lucky mild narrow new nice noisy old open pale pink plain proud pure purple quick quiet rare ready red rich round sad
safe sharp short shy simple slim slow small smart smooth soft sour strong sweet tall tame thick thin tidy tiny warm
weak wet white wide wild wise young
bake begin bring build call carry catch choose climb clean close cook count cross cut draw drink drive eat fall find
fly follow give grow hear help hide hold jump keep kick laugh learn leave lift listen look make meet move paint pick
plant play pull push read ride ring run sail sell send sing sit sleep speak stand start stay swim talk teach tell think
throw touch travel turn wait wake walk wash watch win work write
""".split()

NAMES = """
Ada Adam Agnes Alan Alba Alice Amir Amy Anders Anna Anton Aria Arthur Astrid Barbara Ben Bianca Boris Bruno Carla Carlos
Cecilia Chen Chloe Clara Dana Daniel David Diego Dora Edgar Elena Elias Ella Emil Emma Erik Esther Eva Felix Fiona Flora
Frank Freya Gina Grace Greta Hana Hannah Hans Harry Hassan Heidi Helen Henry Hugo Ida Igor Ines Ingrid Irene Isaac Ivan
Jack Jacob Jana Jane Jasper Jonas Julia Kai Karen Karl Kate Kenji Klara Lars Laura Lea Leo Lena Liam Linda Linus Lisa
Lucas Lucy Luis Lydia Maja Marco Maria Marie Mark Martha Martin Max Maya Mia Mila Milan Mona Nadia Nina Noah Nora Olga
Oliver Omar Oscar Otto Paul Paula Peter Petra Pia Rafael Ralph Rita Robert Rosa Ruth Sam Samir Sara Sofia Stella Stefan
Sven Tara Theo Thomas Tim Tina Tom Uma Vera Victor Wanda Walter Willa Yara Yuki Zoe
""".split()

CITIES = """
Accra Amsterdam Ankara Athens Auckland Baku Bangkok Barcelona Basel Beijing Belgrade Berlin Bern Bergen Bogota Bologna
Bordeaux Boston Bremen Brussels Bucharest Budapest Cairo Calgary Cardiff Chicago Cologne Copenhagen Cork Cusco Dakar
Dallas Delhi Denver Dhaka Doha Dresden Dubai Dublin Durban Edinburgh Florence Frankfurt Geneva Genoa Glasgow Graz Hamburg
Hanoi Harare Havana Helsinki Houston Istanbul Jakarta Kabul Kampala Kyiv Kyoto Lagos Leeds Leipzig Lima Lisbon Liverpool
Ljubljana London Lyon Madrid Malaga Manchester Manila Marseille Melbourne Miami Milan Minsk Montreal Moscow Mumbai Munich
Nairobi Nantes Naples Nice Oslo Osaka Ottawa Palermo Paris Perth Porto Prague Quito Reykjavik Riga Rome Rotterdam
Salzburg Santiago Sarajevo Seattle Seoul Seville Shanghai Singapore Skopje Sofia Stockholm Stuttgart Sydney Tallinn Tampere
Tbilisi Tokyo Toronto Toulouse Tripoli Tunis Turin Utrecht Valencia Vancouver Venice Vienna Vilnius Warsaw York Zagreb Zurich
""".split()
TWO_WORD_CITIES = (
    'New York',
    'San Francisco',
    'Los Angeles',
    'Cape Town',
    'Hong Kong',
    'Buenos Aires',
    'San Diego',
    'Mexico City',
    'Tel Aviv',
    'Kuala Lumpur',
    'Las Vegas',
    'New Orleans',
    'Santa Fe',
    'Addis Ababa',
)

_CONSONANTS = 'bcdfghjklmnpqrstvwxz'
_VOWELS = 'aeiouy'


def made_up_word(rng: Random) -> str:
    """A word that no list holds: syllables two times out of three, else bare letters."""
    if rng.random() < 0.67:
        syllables = (
            rng.choice(_CONSONANTS) + rng.choice(_VOWELS) + rng.choice(['', '', 'n', 'r', 's', 'l', 'm', 't'])
            for _ in range(rng.randint(2, 3))
        )
        return ''.join(syllables)
    return ''.join(rng.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(rng.randint(3, 8)))


def blend(rng: Random, source: list[str]) -> str:
    """A word made of the head of one listed word and the tail of another, so that word pieces meet in new orders."""
    head, tail = rng.choice(source), rng.choice(source)
    return (head[: rng.randint(1, max(1, len(head) - 1))] + tail[rng.randint(1, max(1, len(tail) - 1)) :])[:10]


_LISTS = {
    (name, held): side(items, held)
    for name, items in (('word', WORDS), ('name', NAMES), ('city', [*CITIES, *TWO_WORD_CITIES]))
    for held in (False, True)
}


def word(rng: Random, held_back: bool) -> str:
    """A lower-case word of one side; in training a third of them are made up."""
    known = _LISTS['word', held_back]
    if held_back:
        return rng.choice(known)
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(known)
    if kind < 0.8:
        return _trained(blend(rng, known), rng)
    return _trained(made_up_word(rng), rng)


def name(rng: Random, held_back: bool) -> str:
    """A first name of one side; in training some are made up."""
    if not held_back and rng.random() < 0.25:
        return word(rng, False).capitalize()
    return rng.choice(_LISTS['name', held_back])


def city(rng: Random, held_back: bool) -> str:
    """A city of one side; in training some are made up."""
    if not held_back and rng.random() < 0.25:
        return word(rng, False).capitalize()
    return rng.choice(_LISTS['city', held_back])


_HELD_WORDS = frozenset(text.lower() for kind in ('word', 'name', 'city') for text in _LISTS[kind, True])


def _trained(text: str, rng: Random) -> str:
    """Made-up words must not happen to be held-back ones."""
    while text in _HELD_WORDS:
        text = made_up_word(rng)
    return text
