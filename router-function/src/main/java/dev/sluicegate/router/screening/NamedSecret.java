package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values that are secret because their name says so: {@code password=…}, {@code client_secret: …},
 * {@code "stripeKey": …}. The name is read as a whole, because most tokens and keys are none (a page
 * token, a partition key), and the value has to look drawn at random unless the name says password.
 */
final class NamedSecret implements Detector {
    private static final int MAX_NAME = 48;
    private static final int MAX_TAIL = 24;
    private static final int MAX_GAP = 24;

    /** Longer values of no known kind are documents. */
    private static final int MAX_VALUE = 1_024;

    private static final int MAX_LOGIN = 160;
    private static final int MIN_PASSWORD = 4;
    private static final int MIN_TOKEN = 10;
    private static final int MIN_GLUED = 16;

    /** Nothing that is merely behind a name is taken for its value if it is shorter. */
    private static final int MIN_UNASSIGNED = 20;

    private static final List<String> PASSWORD_WORDS =
            List.of("password", "passwd", "passwort", "passphrase", "passcode", "kennwort");

    private static final Set<String> PASSWORD_EXACT =
            Set.of("pwd", "pass", "pw", "passw", "psw", "userpass", "dbpass");

    private static final List<String> KEYWORDS =
            List.of(
                    "password",
                    "passwd",
                    "passwort",
                    "passphrase",
                    "passcode",
                    "kennwort",
                    "pwd",
                    "pass",
                    "secret",
                    "token",
                    "key",
                    "credential",
                    "auth",
                    "access",
                    "private",
                    "_pat",
                    "signature",
                    "sonar.login");

    /** Words that make any value behind them a secret, when it looks like one. */
    private static final List<String> SECRET_WORDS =
            List.of(
                    "secret",
                    "credential",
                    "token",
                    "privatekey",
                    "accesskey",
                    "apikey",
                    "authkey");

    /** What a key is when it opens something. */
    private static final Set<String> KEY_KINDS =
            Names.listed(
                    """
                    api app access secret private auth authentication authorization account
                    service signing encryption encrypt decryption master license admin deploy
                    webhook session subscription storage preshared shared psk hmac jwt aes
                    developer insert ingest write server consumer unseal root stream integration
                    client user personal rest sdk
                    """);

    /** Last words of names that speak about a secret and do not hold it. */
    private static final Set<String> ABOUT =
            Names.listed(
                    """
                    id ids name names type types kind count limit limits size length len url uri
                    arn path file filename status state expiry expires expiration ttl at time
                    timestamp date by fingerprint label labels hint placeholder prompt policy
                    algorithm alg format version header index usage description help title
                    message error reset required enabled valid prefix scope scopes ref reference
                    vault manager provider rotation strength endpoint issuer audience budget
                    used hash digest checksum sum field column selector class
                    """);

    /** Words of names of keys and tokens that open nothing. */
    private static final Set<String> HARMLESS =
            Names.listed(
                    """
                    next prev previous page pagination paging continuation continue cursor sync
                    delta resume marker start last cache partition sort range primary foreign
                    unique composite idempotency dedup deduplication routing row column object
                    bucket map dict public pub publishable issue project translation i18n
                    message locale group shard record document lookup ordering search index hash
                    surrogate natural business parent child field json xml property attribute
                    dictionary space ticket epic component tree blob image file folder path host
                    known ssh gpg max min total input output prompt completion reasoning cached
                    stop pad eos bos unk csrf xsrf lock feature metric tag sequence event
                    correlation trace nonce request
                    """);

    /** Issuers whose name before a key says that it is one of theirs. */
    private static final Set<String> ISSUERS =
            Names.listed(
                    """
                    adafruit adobe airbrake airtable algolia alibaba amplitude apify apollo
                    artifactory asana assemblyai atlassian auth0 autodesk azure beamer bitbucket
                    bitly bittrex blynk box braintree branch brevo browserstack bugsnag
                    buildkite calendly circleci clearbit clickup clockify cloudflare cloudinary
                    cloudsmith codacy codeclimate codecov cohere coinbase confluent contentful
                    coveralls customerio databricks datadog dd deepai deepl deepseek delighted
                    digitalocean discord docusign doppler drone dropbox duffel dynatrace
                    easypost elastic etherscan eventbrite facebook fastly fb figma finicity
                    finnhub firebase flickr flutterwave foursquare frameio freshbooks freshdesk
                    fullstory gcp gemini geoapify gh ghost giphy github gitlab gitter gocardless
                    google grafana groq gumroad harness helpscout here heroku hf holidayapi
                    hubspot huggingface hunter infura intercom ipinfo ipstack jfrog jira jotform
                    jumpcloud keen klaviyo kraken kucoin launchdarkly linear linkedin linode lob
                    loggly logzio looker mailchimp mailgun mailjet mandrill mapbox mapquest
                    mattermost maxmind meraki messagebird miro mistral mixpanel monday mongodb
                    moralis netlify neutrino newrelic newsapi ngrok notion npm nytimes okta
                    onesignal openai opencagedata openweather openweathermap opsgenie optimizely
                    pagerduty particle paypal paystack pendo perplexity pexels pinata pinecone
                    pipedrive pivotal pixabay plaid planetscale polygon posthog postmark pubnub
                    pushbullet pusher quickbooks rapidapi razorpay recaptcha reddit replicate
                    ringcentral rollbar salesforce scrapingbee segment sendbird sendgrid
                    sendinblue sentry serpapi shodan shopify signalwire slack smartsheet
                    smartsheets snyk sonar sonarqube sourcegraph splunk spoonacular spotify
                    square squarespace stackpath statuspage storyblok stripe sumologic supabase
                    surveymonkey tailscale telegram terraform tmdb todoist tomtom travis trello
                    twilio twitch twitter typeform unsplash uptimerobot urlscan vercel
                    virustotal vonage wakatime wandb weatherbit webflow woocommerce workday
                    yandex yelp youtube zapier zendesk zenrows zoho zoom
                    """);

    /** Values that say that there is no value. */
    private static final Set<String> NOTHING =
            Names.listed(
                    """
                    null none nil true false undefined required optional hidden expired invalid
                    missing string text redacted masked changed unset empty default your enter
                    number boolean object todo example placeholder password passwd secret token
                    """);

    @Override
    public List<String> keywords() {
        return KEYWORDS;
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var glued = glued(leaf, start, end);
        if (glued != null) {
            return glued;
        }
        var nameEnd = leaf.runEnd(end, Alphabet.KEY, MAX_TAIL + 1);
        if (nameEnd - end > MAX_TAIL) {
            return null;
        }
        var assignment = Assignment.behind(leaf, nameEnd, MAX_GAP);
        if (assignment == null || isProse(leaf, assignment)) {
            return null;
        }
        var nameStart = leaf.runStart(start, Alphabet.IDENTIFIER, MAX_NAME);
        return named(leaf, nameStart, nameEnd, assignment);
    }

    /**
     * A word of a sentence, with another word behind it: {@code the access rules}. What is not assigned is
     * a secret only when it is long, or stands in a file of logins. Decided before the name is read,
     * because such words are many.
     */
    private static boolean isProse(Leaf leaf, Assignment assignment) {
        var from = assignment.start();
        return !assignment.assigned()
                && !assignment.quoted()
                && leaf.runEnd(from, Alphabet.CREDENTIAL, MIN_UNASSIGNED) - from < MIN_UNASSIGNED
                && !isLogin(leaf, from);
    }

    private static @Nullable Span named(Leaf leaf, int from, int nameEnd, Assignment assignment) {
        var name = leaf.text().substring(from, nameEnd);
        leaf.worked(name.length());
        var words = Names.words(name);
        if (words.isEmpty()) {
            return null;
        }
        var own = Names.words(name.substring(name.lastIndexOf('.', name.length() - 2) + 1));
        if (own.isEmpty() || ABOUT.contains(own.getLast()) || ABOUT.contains(own.getFirst())) {
            return null;
        }
        // the value of a field: its end is known, so nothing of it may be left behind a blank or a
        // sign
        var whole = nameEnd == leaf.nameEnd();
        if (isPassword(own)) {
            return whole ? ownPassword(leaf) : password(leaf, assignment);
        }
        var issued =
                words.stream().anyMatch(NamedSecret::isIssuer) || isIssuer(String.join("", own));
        if (!issued && own.stream().anyMatch(HARMLESS::contains)) {
            return null;
        }
        var strength = issued ? Strength.CERTAIN : strength(words, own);
        if (!assignment.assigned() && strength != Strength.NONE) {
            // a word in prose, unless the word before it is an issuer or it cries
            var before =
                    Names.words(leaf.text().substring(Math.max(0, from - MAX_LOGIN / 4), from));
            leaf.worked(MAX_LOGIN / 4);
            if (before.stream().anyMatch(HARMLESS::contains)) {
                return null;
            }
            var cried = name.equals(name.toUpperCase(Locale.ROOT)) && !before.isEmpty();
            strength =
                    cried || (!before.isEmpty() && isIssuer(before.getLast()))
                            ? Strength.CERTAIN
                            : strength;
        }
        if (strength == Strength.NONE) {
            return null;
        }
        var token = token(leaf, assignment, strength);
        return whole && strength == Strength.CERTAIN ? ownToken(leaf, token) : token;
    }

    /** Whatever stands in a field that is named after a password, unless it says that there is none. */
    private static @Nullable Span ownPassword(Leaf leaf) {
        var from = leaf.offset();
        var to = leaf.text().length();
        if (to - from < MIN_PASSWORD || to - from > MAX_VALUE || leaf.isReplaced(from + 1)) {
            return null;
        }
        var value = leaf.text().substring(from, to);
        leaf.worked(value.length());
        return isNothing(value) || isCode(leaf, value, to)
                ? null
                : new Span(from, to, "password", Label.CREDENTIAL, value, true);
    }

    /**
     * The whole of a field when a part of it is the secret, or when it looks drawn at random with the signs
     * that would end it in running text.
     */
    private static @Nullable Span ownToken(Leaf leaf, @Nullable Span part) {
        var from = leaf.offset();
        var to = leaf.text().length();
        if (to - from > MAX_VALUE) {
            return part;
        }
        if (part != null) {
            return span(leaf, from, to);
        }
        for (var i = from; i < to; i++) {
            if (leaf.charAt(i) <= ' ') {
                return null; // words
            }
        }
        var shape = Shape.of(leaf, from, to);
        return (shape.isMixed(MIN_GLUED) || isRich(shape))
                        && !shape.isPlaceholder()
                        && !leaf.isReplaced(from + 1)
                ? span(leaf, from, to)
                : null;
    }

    private enum Strength {
        NONE,
        /** Some key: what looks like a digest or an id is one. */
        WEAK,
        CERTAIN
    }

    private static Strength strength(List<String> words, List<String> own) {
        var joined = String.join("", own);
        for (var word : SECRET_WORDS) {
            if (joined.contains(word)) {
                return joined.endsWith("tokens") ? Strength.NONE : Strength.CERTAIN;
            }
        }
        var last = own.getLast();
        if (last.equals("pat") || last.equals("signature") || joined.equals("sonarlogin")) {
            return words.size() > 1 ? Strength.CERTAIN : Strength.NONE;
        }
        var key = last.endsWith("key") || own.contains("key") || own.contains("private");
        if (!key) {
            return own.contains("auth") || own.contains("access") ? Strength.WEAK : Strength.NONE;
        }
        if (words.stream().anyMatch(KEY_KINDS::contains)) {
            return Strength.CERTAIN;
        }
        // a key of nothing is a key of an entry; a word that merely ends so is a word
        return own.size() > 1 || last.length() > 6 ? Strength.WEAK : Strength.NONE;
    }

    private static boolean isIssuer(String word) {
        if (ISSUERS.contains(word)) {
            return true;
        }
        for (var cut = 3; cut < word.length() && cut <= 16; cut++) {
            if (ISSUERS.contains(word.substring(0, cut)) && cut >= 5) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPassword(List<String> own) {
        for (var word : own) {
            if (PASSWORD_EXACT.contains(word)) {
                return true;
            }
            for (var password : PASSWORD_WORDS) {
                if (word.contains(password)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable Span password(Leaf leaf, Assignment assignment) {
        var from = assignment.start();
        if (!assignment.assigned() && !assignment.quoted() && !isLogin(leaf, from)) {
            return null;
        }
        var to = assignment.passwordEnd(leaf);
        if (to - from < MIN_PASSWORD || to - from > MAX_VALUE) {
            return null;
        }
        var value = leaf.text().substring(from, to);
        leaf.worked(value.length());
        if (isNothing(value) || isCode(leaf, value, to)) {
            return null;
        }
        // a word in prose is no password; a value of its own, or in quotes, is
        var alone =
                assignment.quoted()
                        || (from == leaf.offset() && to == leaf.text().length())
                        || (assignment.equalsSign()
                                && leaf.charAt(from - 1) == '='
                                && "\0\n\r;&".indexOf(leaf.charAt(to)) >= 0);
        if (!alone && isWord(value)) {
            return null;
        }
        return new Span(from, to, "password", Label.CREDENTIAL, value, true);
    }

    /** Files of logins have no signs between names and values. */
    private static boolean isLogin(Leaf leaf, int from) {
        var since = Math.max(0, from - MAX_LOGIN);
        leaf.worked(from - since);
        return leaf.text().indexOf("machine ", since, from) >= 0
                && leaf.text().indexOf("login ", since, from) >= 0;
    }

    private static boolean isWord(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (Leaf.isDigit(c) || "_!@#$%^&*+=~".indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNothing(String value) {
        if (value.chars().distinct().count() <= 1
                || value.startsWith("$")
                || value.startsWith("%")
                || value.startsWith("#")
                || value.endsWith(":")
                || value.startsWith("*")
                || value.startsWith("ENC")) {
            return true;
        }
        var words = Names.words(value);
        return words.isEmpty()
                || NOTHING.contains(words.getFirst())
                || (words.size() > 1 && words.contains("password"));
    }

    /** A name of something in a program, or a call: the value is not here. */
    private static boolean isCode(Leaf leaf, String value, int to) {
        var behind = leaf.charAt(to);
        if (behind == '(' || behind == '[' || behind == '{') {
            return true;
        }
        var dot = value.indexOf('.');
        if (dot <= 0 || dot == value.length() - 1) {
            return false;
        }
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (!(Leaf.isAlphanumeric(c) && !Leaf.isDigit(c)) && c != '.' && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Span token(Leaf leaf, Assignment assignment, Strength strength) {
        var from = assignment.start();
        var to = leaf.runEnd(from, Alphabet.TOKEN, MAX_VALUE);
        while (to > from && ".:-".indexOf(leaf.charAt(to - 1)) >= 0) {
            to--;
        }
        if (strength == Strength.CERTAIN && leaf.charAt(to) == ':') {
            to = leaf.runEnd(to, Alphabet.CREDENTIAL, MAX_VALUE); // two parts of one credential
        }
        if (strength == Strength.CERTAIN && assignment.quoted()) {
            var end = assignment.passwordEnd(leaf);
            if (end > to && isRich(Shape.of(leaf, from, end))) {
                return span(leaf, from, end);
            }
        }
        if (to - from < MIN_TOKEN || leaf.charAt(to) == '(') {
            return null;
        }
        var shape = Shape.of(leaf, from, to);
        var good =
                switch (strength) {
                    case NONE -> false;
                    case WEAK ->
                            assignment.assigned()
                                    && (shape.isMixed(20) || shape.uuid() || shape.isScrambled(24))
                                    && (assignment.equalsSign()
                                            || !(shape.hex() || shape.uuid() || shape.isDigest()));
                    case CERTAIN ->
                            assignment.assigned()
                                    ? shape.isMixed(MIN_TOKEN)
                                            || shape.isScrambled(20)
                                            || (shape.uuid() && shape.distinct() > 4)
                                            || (shape.digits() == shape.length()
                                                    && shape.length() >= 15)
                                    : shape.isMixed(20)
                                            || shape.isScrambled(24)
                                            || shape.uuid()
                                            || (shape.digits() == shape.length()
                                                    && shape.length() >= 30);
                };
        return good && !shape.isPlaceholder() ? span(leaf, from, to) : null;
    }

    /** Letters, digits and signs in a mixture that only a generator makes. */
    private static boolean isRich(Shape shape) {
        var signs = shape.length() - shape.letters() - shape.digits();
        return shape.length() >= 12 && shape.distinct() >= 10 && signs >= 3 && shape.letters() >= 3;
    }

    private static Span span(Leaf leaf, int from, int to) {
        return new Span(
                from, to, "secret", Label.CREDENTIAL, leaf.text().substring(from, to), true);
    }

    /** {@code some-secret-4f9a…}: the value follows its name behind a dash. */
    private static @Nullable Span glued(Leaf leaf, int start, int end) {
        if (leaf.charAt(end) != '-') {
            return null;
        }
        var to = leaf.runEnd(end + 1, Alphabet.HEX_AND_DASH, 37);
        if (!(to - end == 37 && Shape.of(leaf, end + 1, to).uuid())) {
            to = leaf.runEnd(end + 1, Alphabet.ALPHANUMERIC, 256);
            if (to - end <= MIN_GLUED
                    || leaf.charAt(to) == '-'
                    || !Shape.of(leaf, end + 1, to).isMixed(MIN_GLUED)) {
                return null;
            }
        }
        var name = leaf.text().substring(leaf.runStart(start, Alphabet.KEY, MAX_NAME), end);
        var words = new ArrayList<>(Names.words(name.toLowerCase(Locale.ROOT)));
        if ((words.size() < 2 && name.length() < 7)
                || words.stream().anyMatch(HARMLESS::contains)) {
            return null;
        }
        return span(leaf, end + 1, to);
    }
}
