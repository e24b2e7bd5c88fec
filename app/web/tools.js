// The switch that hides what tells the plot. The style sheet does the hiding, by the classes set here.
const SPOILERS = 'ask-the-film.hide-spoilers';
const root = element.closest('#columns').parentElement;
const button = element.querySelector('.spoilers');

function hideSpoilers(hide) {
    root.classList.toggle('hide-spoilers', hide);
    root.classList.remove('plot-shown');
    button.setAttribute('aria-checked', String(hide));
}

// Where the browser forbids storage, the switch holds until the page is closed.
try { hideSpoilers(localStorage.getItem(SPOILERS) === 'yes'); } catch { hideSpoilers(false); }
button.addEventListener('click', () => {
    const hide = button.getAttribute('aria-checked') !== 'true';
    hideSpoilers(hide);
    try { localStorage.setItem(SPOILERS, hide ? 'yes' : 'no'); } catch { /* as said */ }
});
