// The page's own script. Gradio calls it with `element` (the conversation), `trigger` (which calls the Python listener
// of that name with the data) and `watch` (which tells of a new rendering).
//
// The server keeps nothing of a conversation: the log carries it in data-turns, this script keeps that for the next
// visit and sends it along. What changes the conversation is sent one after the other, from a queue.

const TURNS = 'ask-the-film.turns', WAITING = 'ask-the-film.waiting';
const PROBE_MS = 1500, OPEN_AGAIN_MS = 5000;
// Gradio closes its stream when nothing is due any more. What is sent at that very moment can be answered into the
// stream that is being closed, and is never heard of again: so nothing is sent sooner after a reply than this.
const REST_MS = 250;
const root = element.closest('#columns').parentElement;
const talk = element.closest('#talk');
const box = () => talk.querySelector('#question textarea');
const log = () => element.querySelector('.log');
const turnsNow = () => log().dataset.turns ?? '';
const waiting = [];  // {name, data}, the first of them sent as soon as nothing is under way
const failed = [];  // the data of questions that did not go through
let sent = null, settled = false, busy = false, offline = false, restedAt = 0, scrolledTo = '';
const unveiled = new Set();
const edited = new Map();  // what stands in the forms that are open
const keyOf = (turn) => turn.dataset.key || turn.querySelector('.asked').textContent;

// A browser may forbid storage; the conversation then lasts as long as the tab.
function keep(storage, key, value) {
    try {
        window[storage].setItem(key, value);
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
    sent.last = [...log().querySelectorAll('[data-turn] .asked')].at(-1)?.textContent;
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
function draw(className, asked, ...replies) {
    const turn = part('div', `turn ${className}`), question = part('p', 'question'), reply = part('div', 'reply');
    question.append(part('span', 'speaker', 'You asked'), ' ', part('span', 'asked', asked));
    reply.append(...replies);
    turn.append(question, reply);
    log().append(turn);
}
function showWaiting() {
    for (const drawn of log().querySelectorAll('.turn.waiting, .turn.failed')) drawn.remove();
    for (const {name, data} of waiting) {
        if (name !== 'ask') continue;
        if (data.turn !== undefined) for (const turn of [...log().querySelectorAll('.turn')].slice(data.turn)) turn.remove();
        draw('waiting', data.question, part('p', 'notice', notice()));
        scrollToLast();
    }
    for (const {question} of failed) {
        draw('failed', question, part('p', 'notice', 'That did not go through.'), part('button', 'again', 'Try again'));
    }
}
function notice() {
    if (offline) return 'The program cannot be reached. Your question is asked as soon as it is back.';
    if (settled) return 'Reading the article…';
    return `${busy ? 'The program is busy' : 'Still loading'}. Your question is next…`;
}
function scrollToLast() {
    const turn = log().querySelector('.turn:last-child');
    if (turn) log().scrollTop += turn.getBoundingClientRect().top - log().getBoundingClientRect().top;
}

// Whether the program is there at all is asked only while an answer is due.
function probe(item) {
    setTimeout(async () => {
        if (sent !== item) return;
        await look(item);
        probe(item);
    }, PROBE_MS);
}
async function look(item) {
    let away = true;  // if nobody answers
    try {
        const {status} = await fetch(location.pathname, {method: 'HEAD', cache: 'no-store'});
        away = status === 405 || status >= 500;  // 405 while the server opens its page
    } catch { /* nobody */ }
    if (sent !== item) return;
    if (offline && !away) location.reload();
    else setOffline(away);
}
function setOffline(away) {
    if (away === offline) return;
    offline = away;
    root.classList.toggle('offline', away);
    for (const text of log().querySelectorAll('.waiting .notice')) text.textContent = notice();
}

watch('value', () => {
    settled = true;
    setOffline(false);
    restedAt = performance.now() + REST_MS;
    if (sent?.name === 'undo' && !box().value) type(sent.last ?? '');
    // The first rendering changes nothing: on another article it shows less than what is kept.
    if (sent && log().dataset.turns !== undefined) {
        keep('sessionStorage', TURNS, turnsNow());
        keep('localStorage', TURNS, turnsNow());
    }
    if (sent) waiting.shift();
    sent = null;
    for (const data of failed) delete data.turn;  // it would take what has been asked since
    for (const turn of log().querySelectorAll('.turn')) turn.classList.toggle('unveiled', unveiled.has(turn.dataset.key));
    for (const form of log().querySelectorAll('.edit')) {
        const text = edited.get(keyOf(form.closest('.turn'))), area = form.querySelector('textarea');
        form.hidden = text === undefined;
        area.value = text ?? area.defaultValue;
    }
    const lastTurn = log().querySelector('.turn:last-child'), last = lastTurn?.dataset.key ?? '';
    if (last !== scrolledTo) {
        scrollToLast();
        // The article opens at the new answer, which may tell more of the plot than what was asked to be shown.
        if (lastTurn?.querySelector('.spoiler')) root.classList.remove('plot-shown');
    }
    scrolledTo = last;
    showWaiting();
    next();
});
document.addEventListener('ask-failed', async ({detail}) => {
    if (detail === 'open' && !settled) {
        busy = true;
        showWaiting();
        say('The program is busy. Trying again in a moment…');
        setTimeout(() => trigger('open'), OPEN_AGAIN_MS);
    }
    const item = sent;
    if (item?.name !== detail) return;  // one that was called off
    if (detail === 'ask') {
        await look(item);
        if (sent !== item || offline) return;  // it stays the first, to be asked when the program is back
        failed.push(item.data);
    } else say('That did not go through. Please try again.');
    waiting.shift();
    sent = null;
    showWaiting();
    next();
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

function type(text) {
    box().value = text;
    box().dispatchEvent(new Event('input', {bubbles: true}));
}
const toLog = () => log().focus({preventScroll: true});  // from a button that goes
function show({dataset}) {
    trigger('show', {turn: Number(dataset.turn), citation: Number(dataset.citation), turns: turnsNow()});
}
// What takes turns away would take the question that is still being read with them.
function mustWait() {
    const due = waiting.some(({name}) => name === 'ask');
    if (due) say('Wait for the answer first.');
    return due;
}

root.addEventListener('click', ({target}) => {
    if (!target.closest('.spoilers')) return;
    unveiled.clear();
    for (const turn of log().querySelectorAll('.unveiled')) turn.classList.remove('unveiled');
});
const clicks = {
    idea: (button) => { toLog(); ask(button.textContent, {alone: true}); },
    show: (button) => {
        show(button);
        say('Shown in the source.');
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
        edited.set(keyOf(button.closest('.turn')), form.querySelector('textarea').value);
    },
    again: (button) => {
        const [data] = failed.splice([...log().querySelectorAll('.again')].indexOf(button), 1);
        toLog();
        ask(data.question, data);
    },
    retry: (button) => {
        if (mustWait()) return;
        const turn = button.closest('.turn'), alone = 'alone' in turn.dataset;
        toLog();
        ask(turn.querySelector('.asked').textContent,
            {turn: Number(turn.dataset.turn), alone, as_written: alone && !turn.querySelector('.read-as')});
    },
    undo: () => {
        if (mustWait()) return;
        enqueue('undo');
        box().focus();
    },
    reveal: (button) => {
        const turn = button.closest('.turn');
        unveiled.add(turn.dataset.key);
        turn.classList.add('unveiled');
        root.classList.add('plot-shown');
        const citation = turn.querySelector('.show');
        if (citation) show(citation);
        toLog();
    },
    clear: () => {
        waiting.length = failed.length = 0;
        sent = null;
        type('');
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
    type('');
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
    if (mustWait()) return;
    const form = event.target, question = form.querySelector('textarea').value;
    // A reading that was put right is asked as it stands; an edited question is read with what was said before it.
    edited.delete(keyOf(form.closest('.turn')));
    const putRight = form.classList.contains('read-as');
    ask(question, {turn: Number(form.dataset.turn), alone: putRight, as_written: putRight});
    toLog();
});
talk.addEventListener('input', ({target}) => {
    if (target.closest('.edit')) edited.set(keyOf(target.closest('.turn')), target.value);
});
talk.addEventListener('reset', (event) => {
    event.target.hidden = true;
    edited.delete(keyOf(event.target.closest('.turn')));
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
