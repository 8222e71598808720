package dev.sluicegate.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.App;
import software.amazon.awscdk.DefaultStackSynthesizer;

/**
 * The CDK app. With the CDK command line it takes its context from there; run by itself it takes {@code
 * key=value} arguments, of which {@code out} is the folder to write, and does nothing when nothing changed
 * since that folder was written.
 */
public final class ControlPlaneApp {
    private static final String OUT = "out";
    private static final String MARK = ".inputs";

    private ControlPlaneApp() {}

    public static void main(String[] arguments) {
        var context = new TreeMap<String, String>();
        for (var argument : arguments) {
            var equals = argument.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("`" + argument + "` is not key=value");
            }
            context.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        var out = context.remove(OUT);
        if (out == null) {
            app(App.Builder.create(), context).synth();
            return;
        }
        synthesize(Path.of(out), context);
    }

    private static void synthesize(Path out, Map<String, String> context) {
        var mark = out.resolve(MARK);
        try {
            var inputs = Inputs.fingerprint(context, Path.of(context.getOrDefault("root", "..")));
            if (Files.exists(mark) && Files.readString(mark).equals(inputs)) {
                return;
            }
            Files.deleteIfExists(mark);
            app(App.Builder.create().outdir(out.toString()), context).synth();
            Files.writeString(mark, inputs);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write `" + out + "`", e);
        }
    }

    /** The stacks, not yet synthesized. */
    static App app(App.Builder builder, Map<String, String> context) {
        var app =
                builder.context(context)
                        .analyticsReporting(false)
                        .treeMetadata(false)
                        .defaultStackSynthesizer(
                                DefaultStackSynthesizer.Builder.create()
                                        .generateBootstrapVersionRule(false)
                                        .build())
                        .build();
        var settings = Settings.from(app.getNode());
        var tools = ToolSource.scan(settings.root());
        var trail = new TrailStack(app, settings);
        var control = new ControlPlaneStack(app, settings, tools);
        var demo = new DemoStack(app, settings);
        var stack = new ToolsStack(app, settings, tools);
        control.addStackDependency(trail); // the router writes the journal
        // the permission to invoke names the router's role, the data roles its OIDC provider
        stack.addStackDependency(control); // tools are called by the router
        stack.addStackDependency(demo); // the tools that ship act on the demo company
        return app;
    }
}
