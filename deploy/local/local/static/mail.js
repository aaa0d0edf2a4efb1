// Says when new mail has come. The page never changes under its reader by itself.
const news = document.getElementById("news");
if (news && news.dataset.watch === "yes") {
  const shown = Number(news.dataset.total);
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch("/api/v1/info").catch(() => null);
    if (!answer || !answer.ok) return;
    const more = (await answer.json()).Messages - shown;
    if (more === 0 || news.dataset.told === String(more)) return;
    news.dataset.told = String(more);
    const link = document.createElement("a");
    link.href = "/";
    link.textContent = more > 0 ? `${more} new, show` : "The list has changed, show";
    news.replaceChildren(link);
  };
  setInterval(look, 2000);
}
