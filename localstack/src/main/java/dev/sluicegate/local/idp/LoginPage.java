package dev.sluicegate.local.idp;

import dev.sluicegate.local.demo.DemoUser;
import java.net.URI;
import java.util.List;

/** The pages of the issuer: plain HTML and one style sheet, no script. */
final class LoginPage {
    static final String STYLE =
            """
            :root { color-scheme: light dark; --ink: #16202b; --soft: #5a6775; --line: #d5dce3;
              --ground: #f3f5f7; --card: #ffffff; --accent: #0b5f8a; --on-accent: #ffffff; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #9fb0c0;
              --line: #33404d; --ground: #10161c; --card: #18212a; --accent: #6fc3ee;
              --on-accent: #06202e; } }
            * { box-sizing: border-box; }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
              background: var(--ground); color: var(--ink);
              font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
            main { width: 100%; max-width: 27rem; background: var(--card); padding: 2rem;
              border: 1px solid var(--line); border-radius: 14px; }
            h1 { margin: 0 0 .25rem; font-size: 1.35rem; letter-spacing: -.01em; }
            p { margin: 0 0 1.25rem; color: var(--soft); }
            p strong { color: var(--ink); overflow-wrap: anywhere; }
            fieldset { margin: 0; padding: 0; border: 0; }
            legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
            ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .4rem; }
            button { display: flex; justify-content: space-between; align-items: center; gap: 1rem;
              width: 100%; padding: .6rem .85rem; font: inherit; text-align: left; cursor: pointer;
              color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 9px; }
            button:hover { border-color: var(--accent); }
            button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
            button span { color: var(--soft); font-size: .875rem; }
            label { display: flex; gap: .6rem; align-items: center; margin: 0 0 1rem; }
            input { width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
            footer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line);
              color: var(--soft); font-size: .875rem; }
            """;

    private LoginPage() {}

    static String login(
            String loginId, String client, URI redirect, String scope, List<DemoUser> users) {
        var choices = new StringBuilder();
        for (var user : users) {
            choices.append("<li><button type=\"submit\" name=\"user\" value=\"")
                    .append(escape(user.name()))
                    .append("\"><b>")
                    .append(escape(user.displayName()))
                    .append("</b><span>")
                    .append(
                            escape(
                                    user.roles().isEmpty()
                                            ? "no role"
                                            : String.join(", ", user.roles())))
                    .append("</span></button></li>\n");
        }
        return page(
                "Log in to the demo company",
                "<p><strong>"
                        + escape(client)
                        + "</strong> asks for <strong>"
                        + escape(scope)
                        + "</strong> and will be answered at <strong>"
                        + escape(origin(redirect))
                        + "</strong>.</p>\n"
                        + "<form method=\"post\" action=\"/login\">\n"
                        + "<input type=\"hidden\" name=\"login\" value=\""
                        + escape(loginId)
                        + "\">\n"
                        + "<label><input type=\"checkbox\" name=\"mfa\" value=\"yes\">"
                        + " Second factor used (MFA)</label>\n"
                        + "<fieldset><legend>Who are you?</legend>\n<ul>\n"
                        + choices
                        + "</ul></fieldset>\n</form>\n"
                        + "<footer>Development issuer: anybody at this machine can be anybody here."
                        + "</footer>\n");
    }

    static String refused(String reason) {
        return page("This login cannot go on", "<p>" + escape(reason) + "</p>\n");
    }

    /** Scheme, host and port. */
    static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private static String page(String title, String body) {
        return "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<title>"
                + escape(title)
                + "</title><link rel=\"stylesheet\" href=\"/login.css\"></head>\n<body>\n<main>\n<h1>"
                + escape(title)
                + "</h1>\n"
                + body
                + "</main>\n</body>\n</html>\n";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
