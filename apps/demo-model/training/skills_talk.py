"""Skills of talk: greetings, what the model knows about Aerie, and the honest answer to everything else."""

from __future__ import annotations

from random import Random

import words
from split import Exchange, draw, one_of, user

UNKNOWN_ANSWER = "I don't know. I am a very small model and know little beyond Aerie."
NO_TOOL_ANSWER = "I don't know. I have no tool for that."

_GREETINGS = ('hello', 'hi', 'hey', 'good morning', 'good evening', 'good afternoon', 'greetings', 'hello there', 'hi there',
              'hey there', 'good day', 'hello again', 'hi again', 'howdy', 'welcome')
_GREETING_TAILS = ('', '', '', ', how are you', ', nice to meet you', ', are you there', ', Aerie', ', how is it going', ', my friend',
                   ', can you hear me', ', I am new here', ', assistant', ', everyone', ', what is up', ', how do you do', ', model')
_ALWAYS_GREETED = frozenset(('hello', 'hi', 'hey', 'good morning'))
GREETING_ANSWER = 'Hello! I am Aerie Demo. How can I help you?'

_ASK = ('', '', '', '', 'please tell me: ', 'tell me: ', 'can you tell me: ', 'I want to know: ', 'a question: ', 'quick question: ')
_ALWAYS_ASKED = frozenset(('what is aerie', 'who are you', 'what can you do', 'what is your name'))

# topic → (questions, answer, what a right answer must contain)
TOPICS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    'what': (
        ('what is Aerie', 'what does Aerie do', 'tell me about Aerie', 'explain Aerie', 'describe Aerie', 'what is Aerie for',
         'what kind of program is Aerie', 'what is this server', 'Aerie', 'what is the Aerie project', 'give me a summary of Aerie'),
        'Aerie is an OpenAI-compatible inference server for large language models.', ('inference server',)),
    'language': (
        ('what language is Aerie written in', 'which programming language does Aerie use', 'what is Aerie built with',
         'what is Aerie written in', 'in which language is Aerie', 'is Aerie written in TypeScript', 'which framework does Aerie use',
         'what frameworks does Aerie use', 'does Aerie use NestJS', 'how is Aerie built', 'is Aerie written in Python'),
        'Aerie is written in TypeScript with NestJS and Fastify.', ('TypeScript', 'NestJS')),
    'compatible': (
        ('is Aerie compatible with vLLM', 'what API does Aerie have', 'which API does Aerie speak', 'is Aerie compatible with OpenAI',
         'can I use the OpenAI client with Aerie', 'does Aerie work with OpenAI clients', 'which clients work with Aerie',
         'what is Aerie compatible with', 'is the API of Aerie like that of vLLM', 'can I use the OpenAI SDK'),
        'Aerie speaks the same API as the vLLM server, so OpenAI clients work unchanged.', ('vLLM', 'OpenAI')),
    'engine': (
        ('what engine does Aerie use', 'which engine does Aerie have', 'how does Aerie run models', 'what runs the model',
         'does Aerie have its own engine', 'does Aerie do continuous batching', 'does Aerie use ONNX Runtime',
         'what is the engine of Aerie', 'how does Aerie batch requests', 'which runtime does Aerie use'),
        'Aerie has its own engine on ONNX Runtime with continuous batching.', ('ONNX Runtime', 'continuous batching')),
    'attach': (
        ('how does Aerie talk to vLLM engines', 'can Aerie attach to vLLM', 'how does Aerie connect to vLLM engine cores',
         'can Aerie use vLLM engine cores', 'what protocol joins Aerie and vLLM engines', 'does Aerie use ZMQ',
         'does Aerie use MessagePack', 'how does Aerie reach vLLM engine cores', 'can I use a vLLM engine with Aerie'),
        'Aerie attaches to vLLM engine cores over ZMQ and MessagePack.', ('ZMQ', 'MessagePack')),
    'license': (
        ('what is the license of Aerie', 'which license does Aerie have', 'is Aerie open source', 'is Aerie free',
         'under which license is Aerie', 'what license does Aerie use', 'may I use Aerie at work', 'how is Aerie licensed',
         'is Aerie free software', 'is Aerie under the Apache license'),
        'Aerie is open source under the Apache-2.0 license.', ('Apache-2.0',)),
    'port': (
        ('which port does Aerie use', 'what is the default port', 'on which port does Aerie listen', 'what port is Aerie on',
         'what is the default port of Aerie', 'where does Aerie listen', 'which port is the default', 'what is the port of Aerie',
         'what port should I connect to', 'which port do I use for Aerie'),
        'Aerie listens on port 8000 by default.', ('8000',)),
    'start': (
        ('how do I start Aerie', 'how can I run Aerie', 'how is Aerie started', 'what command starts Aerie', 'how do I launch Aerie',
         'how do I serve a model with Aerie', 'how do I run the server', 'which command starts the server', 'how to start Aerie',
         'how do I serve a model', 'how can I start the Aerie server'),
        'Start Aerie with the command: aerie serve', ('aerie serve',)),
    'health': (
        ('where is the health check', 'how do I check the health of Aerie', 'what is the health endpoint', 'is there a health check',
         'how can I see if Aerie is healthy', 'which path is the health check', 'how do I know that Aerie is up',
         'where is the health endpoint of Aerie', 'what is the health route', 'does Aerie have a health check'),
        'The health check of Aerie is at /health.', ('/health',)),
    'metrics': (
        ('where are the metrics', 'does Aerie have metrics', 'what is the metrics endpoint', 'how do I monitor Aerie',
         'does Aerie work with Prometheus', 'where do I find metrics', 'which path has the metrics', 'how can I get metrics of Aerie',
         'where are the metrics of Aerie', 'how do I scrape Aerie'),
        'Aerie has Prometheus metrics at /metrics.', ('/metrics',)),
    'streaming': (
        ('does Aerie stream', 'how does Aerie stream', 'can Aerie stream answers', 'does Aerie support streaming',
         'how does streaming work', 'how are tokens streamed', 'is streaming supported', 'does Aerie use server-sent events',
         'can I stream the tokens', 'how do I get a stream'),
        'Aerie streams tokens with server-sent events.', ('server-sent events',)),
    'keys': (
        ('how do I set an API key', 'does Aerie have API keys', 'how do I protect Aerie', 'how do I require an API key',
         'which flag sets the API key', 'how do I secure the server', 'can Aerie ask for a key', 'how do API keys work in Aerie',
         'is there a flag for API keys', 'does Aerie support authentication'),
        'Start Aerie with --api-key to require an API key.', ('--api-key',)),
    'maker': (
        ('who made you', 'who trained you', 'who created you', 'where do you come from', 'who built you', 'who is your maker',
         'how were you made', 'how were you trained', 'who developed you', 'were you made by OpenAI', 'which company made you'),
        'The Aerie project trained me from scratch.', ('Aerie project', 'from scratch')),
    'name': (
        ('who are you', 'what is your name', 'what model are you', 'which model are you', 'what are you', 'are you ChatGPT',
         'introduce yourself', 'tell me about yourself', 'are you a language model', 'are you an AI', 'what are you called',
         'what is the name of this model'),
        'I am aerie-demo, the small chat model of the Aerie project.', ('aerie-demo',)),
    'size': (
        ('how big are you', 'how many parameters do you have', 'what is your size', 'how large are you', 'are you a big model',
         'are you a small model', 'how many weights do you have', 'how large is this model', 'are you large', 'what size are you'),
        'I am very small: about three million parameters.', ('three million',)),
    'context': (
        ('how long is your context', 'what is your context length', 'how many tokens can you read', 'what is your context window',
         'how long can a prompt be', 'how big is your context', 'what is the maximum prompt length', 'how many tokens fit'),
        'My context is 2048 tokens long.', ('2048',)),
    'abilities': (
        ('what can you do', 'what are you able to do', 'help', 'how can you help me', 'what are your skills', 'what do you know',
         'what can I ask you', 'which tasks can you do', 'what are your abilities', 'list your skills', 'what should I ask you'),
        'I can talk about Aerie, repeat and spell words, add and subtract, count, write JSON and call tools.', ('spell', 'JSON')),
    'thanks': (
        ('thanks', 'thank you', 'thank you very much', 'many thanks', 'great, thanks', 'ok, thank you', 'thanks a lot',
         'perfect, thank you', 'thanks for your help', 'good, thanks'),
        'You are welcome!', ('welcome',)),
    'bye': (
        ('bye', 'goodbye', 'see you', 'good night', 'see you later', 'bye bye', 'until tomorrow', 'farewell', 'see you soon'),
        'Goodbye!', ('Goodbye',)),
}

_UNKNOWN = (
    'what is the capital of {place}', 'who is the president of {place}', 'how many people live in {place}',
    'who wrote the book {thing}', 'how old is {name}', 'who is {name}', 'when was {name} born', 'where does {name} live',
    'what is a {thing}', 'why is the {thing} so {thing}', 'what does {thing} mean', 'how do I cook a {thing}', 'how does a {thing} work',
    'translate {thing} into French', 'how do you say {thing} in Spanish', 'write a poem about {thing}', 'tell me a story about a {thing}',
    'tell me a joke', 'tell me a joke about a {thing}', 'what is the weather in {place}', 'what time is it in {place}', 'what time is it',
    'what is the price of a {thing}', 'how much does a {thing} cost', 'where can I buy a {thing}', 'what is the best {thing} in {place}',
    'what should I eat today', 'who won the game yesterday', 'what happened in {year}', 'who won the world cup in {year}',
    'when did {place} become a city', 'how far is {place} from {place}', 'what is the meaning of life', 'what is the speed of light',
    'explain the {thing}', 'explain gravity', 'write a program that sorts a list', 'write a Python function', 'how tall is the {thing} in {place}',
    'what colour is a {thing}', 'do you like {thing}', 'what do you think about {thing}', 'who invented the {thing}', 'summarize the news',
    'recommend a {thing}', 'is {place} bigger than {place}', 'which language do people speak in {place}', 'what is {thing}',
    'can a {thing} fly', 'where is {place}', 'write an essay about {thing}', 'describe a {thing}', 'tell me about {place}', 'tell me about {name}',
    'write a haiku', 'write a haiku about {thing}', 'write a short story', 'tell me a story', 'what is the square root of {year}',
    'who discovered {thing}', 'how many {thing}s are there in {place}', 'what is machine learning', 'who was {name}', 'what is {place}',
    'what is the largest {thing}', 'why do people {thing}', 'is a {thing} good for me', 'how do I get to {place}', 'explain {thing}',
    'what is the history of {place}', 'give me a recipe for {thing}', 'name three kinds of {thing}', 'what is the opposite of {thing}',
)


def _punctuated(rng: Random, text: str, mark: str) -> str:
    """Upper-cases the first letter and closes with the mark, most of the time."""
    if rng.random() < 0.85:
        text = text[:1].upper() + text[1:]
    return text + mark if rng.random() < 0.8 else text


def greet(rng: Random, held_back: bool) -> Exchange:
    """A greeting; sometimes with the user's name, which the answer repeats."""
    if rng.random() < 0.3:
        name = words.name(rng, held_back)
        opening = one_of(rng, 'Hello', 'Hi', 'Hey', 'Good morning', 'Hello there', 'Good evening')
        text = opening + one_of(rng, f'! My name is {name}.', f', I am {name}.', f'. My name is {name}', f", I'm {name}!", f'! This is {name}.')
        return Exchange('greet', [user(text)], f'Hello, {name}! How can I help you?', f'{name} greets me. I greet back.',
                        {'kind': 'contains', 'all': ['Hello', name]})

    def make() -> str:
        return _punctuated(rng, rng.choice(_GREETINGS) + rng.choice(_GREETING_TAILS), one_of(rng, '!', '.', '?'))

    text = draw(make, held_back, _ALWAYS_GREETED)
    return Exchange('greet', [user(text)], GREETING_ANSWER, 'The user greets me. I greet back.', {'kind': 'contains', 'all': ['Hello']})


def about(rng: Random, held_back: bool) -> Exchange:
    """A question about Aerie or about the model itself."""
    topic = ''

    def make() -> str:
        nonlocal topic
        topic = rng.choice(tuple(TOPICS))
        is_question = topic not in ('thanks', 'bye')
        opening = rng.choice(_ASK) if is_question else ''
        text = _punctuated(rng, opening + rng.choice(TOPICS[topic][0]), '?' if is_question else one_of(rng, '!', '.'))
        return text.replace('Aerie', 'aerie') if rng.random() < 0.08 else text

    text = draw(make, held_back, _ALWAYS_ASKED)
    _, answer, must = TOPICS[topic]
    return Exchange('about', [user(text)], answer, 'I know the answer.', {'kind': 'contains', 'all': list(must)})


def unknown(rng: Random, held_back: bool) -> Exchange:
    """A question about the world, of which the model knows nothing."""

    def make() -> str:
        text = rng.choice(_UNKNOWN)
        while '{' in text:
            text = text.replace('{thing}', words.word(rng, held_back), 1).replace('{place}', words.city(rng, held_back), 1)
            text = text.replace('{name}', words.name(rng, held_back), 1).replace('{year}', str(rng.randint(1800, 2030)), 1)
        return _punctuated(rng, one_of(rng, '', '', '', '', 'please ', 'can you tell me: ', 'a question: ') + text, one_of(rng, '?', '?', '.'))

    return Exchange('unknown', [user(draw(make, held_back))], UNKNOWN_ANSWER, 'I do not know this.',
                    {'kind': 'contains', 'all': ["don't know"]})
