package dev.sluicegate.router.facade;

import java.net.URI;
import java.util.List;

/**
 * Asks the person before the identity provider is asked. The provider knows one client, us, and may log
 * somebody in without a word; so this page is where a person sees which program it is that wants in.
 */
final class ConsentPage {
    private ConsentPage() {}

    /**
     * @param action where the answer goes
     * @param sealed the request, closed
     */
    static String ask(
            String action,
            String sealed,
            LoginClient client,
            String redirect,
            List<String> scopes) {
        var name = client.name().isEmpty() ? "A program without a name" : client.name();
        var whose =
                client.origin().isEmpty()
                        ? "It chose this name itself; nobody has checked it."
                        : "It is published by " + client.origin() + ".";
        var target = URI.create(redirect);
        var where =
                "http".equals(target.getScheme())
                        ? "a program on this computer"
                        : target.getScheme() + "://" + target.getRawAuthority();
        var list = new StringBuilder();
        scopes.forEach(
                scope -> list.append("<li><code>").append(text(scope)).append("</code></li>"));
        return page(
                "Let a program act for you?",
                "<p><strong>"
                        + text(name)
                        + "</strong> wants to call tools in your name. "
                        + text(whose)
                        + "</p><p>You will be sent back to: <strong>"
                        + text(where)
                        + "</strong></p><p>It asks for:</p><ul>"
                        + list
                        + "</ul><p>If you did not just start this yourself, cancel.</p>"
                        + "<form method=\"post\" action=\""
                        + text(action)
                        + "\"><input type=\"hidden\" name=\"request\" value=\""
                        + text(sealed)
                        + "\"><button name=\"answer\" value=\"yes\">Continue to log in</button> "
                        + "<button name=\"answer\" value=\"no\">Cancel</button></form>");
    }

    /** Where no client can be told, because it is not known who it is. */
    static String refuse(String why) {
        return page("This login cannot go on", "<p>" + text(why) + "</p>");
    }

    private static String page(String title, String body) {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
                + text(title)
                + "</title></head><body><main><h1>"
                + text(title)
                + "</h1>"
                + body
                + "</main></body></html>";
    }

    private static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
