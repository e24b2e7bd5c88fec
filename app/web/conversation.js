// The page's own script. Gradio calls it with `element` (the conversation), `trigger` (which calls the Python listener
// of that name with the data) and `watch` (which tells of a new rendering).
//
// The server keeps nothing of a conversation: the log carries it in data-turns, this script keeps that for the next
// visit and sends it along. What changes the conversation is sent one after the other, from a queue.

const TURNS = 'ask-the-film.turns', WAITING = 'ask-the-film.waiting';
const PROBE_MS = 1500;
// Gradio closes its stream when nothing is due any more. What is sent at that very moment can be answered into the
// stream that is being closed, and is never heard of again: so nothing is sent sooner after a reply than this.
const REST_MS = 250;
const root = element.closest('#columns').parentElement;
const talk = element.closest('#talk');
const box = () => talk.querySelector('#question textarea');
const log = () => element.querySelector('.log');
const turnsNow = () => log().dataset.turns ?? '';
const waiting = [];  // {name, data}, the first of them sent as soon as nothing is under way
let sent = null, settled = false, offline = false, restedAt = 0, scrolledTo = '';
const unveiled = new Set();

// A browser may forbid storage; the conversation then lasts as long as the tab.
function keep(storage, key, value) {
    try {
        if (value) window[storage].setItem(key, value);
        else window[storage].removeItem(key);
    } catch { /* as said */ }
}
function kept(storage, key) {
    try { return window[storage].getItem(key) ?? ''; } catch { return ''; }
}

function enqueue(name, data = {}) {
    waiting.push({name, data});
    showWaiting();
    next();
}
function next() {
    keepWaiting();
    if (!settled || sent || !waiting.length) return;
    const rest = restedAt - performance.now();
    if (rest > 0) {
        setTimeout(next, rest);
        return;
    }
    sent = waiting[0];
    trigger(sent.name, {...sent.data, turns: turnsNow()});
    probe(sent);
}
// A reload in the middle asks again what was not answered.
function keepWaiting() {
    const questions = waiting.filter(({name}) => name === 'ask').map(({data}) => data);
    keep('sessionStorage', WAITING, questions.length ? JSON.stringify(questions) : '');
}
function ask(question, data = {}) {
    if (question.trim()) enqueue('ask', {question: question.trim(), ...data});
}

// While a question waits, its turn is drawn here, in the shape that the server's rendering will have.
function part(name, className, text = '') {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
}
function showWaiting() {
    for (const drawn of log().querySelectorAll('.turn.waiting')) drawn.remove();
    for (const {name, data} of waiting) {
        if (name !== 'ask') continue;
        if (data.turn !== undefined) for (const turn of [...log().querySelectorAll('.turn')].slice(data.turn)) turn.remove();
        const turn = part('div', 'turn waiting'), question = part('p', 'question'), reply = part('div', 'reply');
        question.append(part('span', 'speaker', 'You asked'), ' ', part('span', 'asked', data.question));
        reply.append(part('p', 'notice', notice()));
        turn.append(question, reply);
        log().append(turn);
        scrollToLast();
    }
}
function notice() {
    if (offline) return 'The program cannot be reached. Your question is asked as soon as it is back.';
    return settled ? 'Reading the article…' : 'Still loading. Your question is next…';
}
function scrollToLast() {
    const turn = log().querySelector('.turn:last-child');
    if (turn) log().scrollTop += turn.getBoundingClientRect().top - log().getBoundingClientRect().top;
}

// Whether the program is there at all is asked only while an answer is due.
function probe(item) {
    setTimeout(async () => {
        if (sent !== item) return;
        const wasOffline = offline;
        try {
            offline = !(await fetch(location.pathname, {method: 'HEAD', cache: 'no-store'})).ok;
        } catch {
            offline = true;
        }
        if (wasOffline && !offline) return location.reload();
        if (sent === item && offline) {
            root.classList.add('offline');
            for (const text of log().querySelectorAll('.waiting .notice')) text.textContent = notice();
        }
        probe(item);
    }, PROBE_MS);
}

watch('value', () => {
    settled = true;
    restedAt = performance.now() + REST_MS;
    if (sent) waiting.shift();
    sent = null;
    if (log().dataset.turns !== undefined) {
        keep('sessionStorage', TURNS, turnsNow());
        keep('localStorage', TURNS, turnsNow());
    }
    for (const turn of log().querySelectorAll('.turn')) turn.classList.toggle('unveiled', unveiled.has(turn.dataset.key));
    const last = log().querySelector('.turn:last-child')?.dataset.key ?? '';
    if (last !== scrolledTo) scrollToLast();
    scrolledTo = last;
    showWaiting();
    next();
});
document.addEventListener('ask-failed', ({detail}) => {
    if (sent?.name !== detail) return;  // one that was called off
    const {name, data} = waiting.shift();
    sent = null;
    keepWaiting();
    if (name === 'ask') {
        const reply = log().querySelector('.turn.waiting .reply');
        const again = part('button', 'again', 'Try again');
        again.addEventListener('click', () => ask(data.question, data));
        reply?.replaceChildren(part('p', 'notice', 'That did not go through. '), again);
    } else say('That did not go through. Please try again.');
    settled = true;
    if (waiting.length) { showWaiting(); next(); }
});
// Ideas can arrive after the conversation has moved on.
function dropAskedIdeas() {
    const asked = new Set([...log().querySelectorAll('.asked')].map(({textContent}) => textContent.toLowerCase()));
    for (const idea of talk.querySelectorAll('.idea')) {
        if (asked.has(idea.textContent.toLowerCase())) idea.closest('li').remove();
    }
}
new MutationObserver(dropAskedIdeas).observe(talk, {childList: true, subtree: true});
document.addEventListener('ask-download', ({detail}) => {
    const {name, type, text} = JSON.parse(detail);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], {type}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

function say(text) {
    const aloud = talk.querySelector('.said-aloud');
    aloud.textContent = text;
    setTimeout(() => { if (aloud.textContent === text) aloud.textContent = ''; }, 4000);
}
async function copy(text, done) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {  // no clipboard for pages that did not come over a secure connection
        const area = part('textarea', 'for-copying');
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand('copy');
        area.remove();
    }
    say(done);
}
function answerText(turn) {
    const quotes = [...turn.querySelectorAll('.citations li')].map((item) =>
        `“${item.querySelector('blockquote').textContent}” (${item.querySelector('.where').textContent})`);
    return [turn.querySelector('.words')?.textContent, ...quotes].filter(Boolean).join('\n');
}

const clicks = {
    idea: (button) => { log().focus({preventScroll: true}); ask(button.textContent, {alone: true}); },
    show: (button) => {
        const {turn, citation} = button.dataset;
        trigger('show', {turn: Number(turn), citation: Number(citation), turns: turnsNow()});
        document.getElementById('source').scrollIntoView({block: 'nearest'});
    },
    copy: (button) => copy(answerText(button.closest('.turn')), 'Copied.'),
    link: ({dataset}) => copy(`${location.origin}${location.pathname}?q=${encodeURIComponent(dataset.question)}`,
                              'Link copied.'),
    vote: ({dataset}) => enqueue('vote', {turn: Number(dataset.turn), vote: dataset.vote}),
    change: (button) => {
        const form = button.closest('.turn').querySelector('.edit');
        form.hidden = false;
        form.querySelector('textarea').focus();
    },
    retry: (button) => {
        const turn = button.closest('.turn');
        ask(turn.querySelector('.asked').textContent, {turn: Number(turn.dataset.turn), alone: 'alone' in turn.dataset});
    },
    undo: () => { enqueue('undo'); box().focus(); },
    reveal: (button) => {
        const turn = button.closest('.turn');
        unveiled.add(turn.dataset.key);
        turn.classList.add('unveiled');
        root.classList.add('plot-shown');
        turn.querySelector('.show')?.click();
        log().focus({preventScroll: true});
    },
    clear: () => {
        waiting.length = 0;
        sent = null;
        for (const storage of ['sessionStorage', 'localStorage']) keep(storage, TURNS, '');
        enqueue('clear');
        box().focus();
    },
    save: ({dataset}) => {
        if (log().querySelector('.turn')) trigger('save', {format: dataset.format, turns: turnsNow()});
        else say('There is nothing to save yet.');
    },
};
// Typed questions are taken here, before Gradio sees them: it drops what comes while the last answer is still being
// received, or when the server cannot be reached.
function askTyped(event) {
    event.preventDefault();
    event.stopPropagation();
    const typed = box().value;
    box().value = '';
    box().dispatchEvent(new Event('input', {bubbles: true}));
    ask(typed);
}
talk.addEventListener('keydown', (event) => {
    if (event.target === box() && event.key === 'Enter' && !event.shiftKey && !event.isComposing) askTyped(event);
}, true);
talk.addEventListener('click', (event) => {
    if (event.target.closest('#ask')) askTyped(event);
}, true);
talk.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    for (const name of button?.classList ?? []) clicks[name]?.(button);
});
talk.addEventListener('submit', (event) => {
    event.preventDefault();
    const form = event.target, question = form.querySelector('textarea').value;
    // A reading that was put right is asked as it stands; an edited question is read with what was said before it.
    ask(question, {turn: Number(form.dataset.turn), alone: form.classList.contains('read-as')});
    log().focus({preventScroll: true});
});
talk.addEventListener('reset', (event) => {
    event.target.hidden = true;
    event.target.closest('.turn').querySelector('.change').focus();
});
talk.addEventListener('keydown', (event) => {
    const form = event.target.closest('form.edit, form.read-as');
    if (!form || event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        form.requestSubmit();
    } else if (event.key === 'Escape' && form.matches('.edit')) form.reset();
});

try {
    for (const data of JSON.parse(kept('sessionStorage', WAITING) || '[]')) ask(String(data.question), data);
} catch { /* not what this script wrote */ }
const address = new URL(location);
if (address.searchParams.has('q')) {
    ask(address.searchParams.get('q'), {alone: true});
    address.searchParams.delete('q');
    window.history.replaceState(null, '', address);
}
