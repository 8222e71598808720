package dev.sluicegate.router.policy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A set that waits to be put in force.
 *
 * @param id {@link dev.sluicegate.record.Ulid}
 * @param content what it would put in force
 * @param base version it was proposed on; on another it is stale
 * @param rollbackTo version whose content it is, or 0
 * @param by principal of the publisher
 * @param byPerson pseudonym of the publisher's person, or null
 * @param reviewer principal of who approved or rejected it, or null
 */
public record Proposal(
        String id,
        Content content,
        long base,
        long rollbackTo,
        State state,
        String by,
        @Nullable String byPerson,
        Instant at,
        @Nullable String reviewer,
        @Nullable Instant reviewedAt,
        @Nullable String note,
        PolicyChanges changes) {
    /** Where it stands. */
    public enum State {
        PROPOSED,
        APPROVED,
        REJECTED,
        RELEASED
    }

    /**
     * What a publication is made of.
     *
     * @param set {@code sha256:<hex>} of the set in force
     * @param catalogue {@code sha256:<hex>} of the tools
     * @param shadow {@code sha256:<hex>} of a set that is evaluated beside it and not enforced, or null
     */
    public record Content(String set, String catalogue, @Nullable String shadow) {}

    /**
     * The same person counts as the same whatever account they use; so does an account of which the person is
     * not known beside one of which it is, because nothing says that they are two people.
     */
    boolean isBy(PolicyEditor editor) {
        var person = editor.person();
        return by.equals(editor.principal())
                || (byPerson == null ? person != null : person == null || byPerson.equals(person));
    }

    Proposal reviewed(State verdict, PolicyEditor reviewedBy, Instant when, @Nullable String why) {
        return new Proposal(
                id,
                content,
                base,
                rollbackTo,
                verdict,
                by,
                byPerson,
                at,
                reviewedBy.principal(),
                when,
                why,
                changes);
    }

    Proposal released() {
        return new Proposal(
                id,
                content,
                base,
                rollbackTo,
                State.RELEASED,
                by,
                byPerson,
                at,
                reviewer,
                reviewedAt,
                note,
                changes);
    }
}
