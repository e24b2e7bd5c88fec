// Scrolls to the mark, inside the panel alone: scrollIntoView would move the page too, away from the answer on a phone.
function scrollToMark() {
    const panel = element.querySelector('.source');
    const mark = panel?.querySelector('mark[aria-current]');
    if (!panel) return;
    if (!mark) panel.scrollTop = 0;
    else panel.scrollTop += mark.getBoundingClientRect().top - panel.getBoundingClientRect().top
                            - panel.clientHeight / 3;
}

watch('value', scrollToMark);
element.addEventListener('click', (event) => {
    if (!event.target.closest('.reveal-plot')) return;
    element.closest('#columns').parentElement.classList.add('plot-shown');
    scrollToMark();
    element.querySelector('.source').focus({preventScroll: true});
});
