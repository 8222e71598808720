package dev.sluicegate.local.aws;

import java.util.List;

/** One service behind the front; called after the signature was verified and IAM said yes. */
public interface LocalService {
    /** Service name in the SigV4 credential scope: {@code dynamodb}, {@code s3}, … */
    String service();

    /** What IAM must allow for this request; empty when there is nothing to ask. */
    List<Authorization> authorizations(LocalRequest request);

    LocalResponse handle(LocalRequest request, LocalCaller caller);
}
