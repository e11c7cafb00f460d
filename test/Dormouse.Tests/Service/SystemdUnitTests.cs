using System.Diagnostics;
using Dormouse.Service;
using Dormouse.Testing;

namespace Dormouse.Tests.Service;

public sealed class SystemdUnitTests
{
    [Fact]
    public void A_unit_leaves_instances_alone_and_starts_what_up_was_told()
    {
        string unit = SystemdUnit.Text(["/opt/dormouse/Dormouse"], ["up", "--data", "/srv/dormouse", "--http", "4466"], "/srv/dormouse");

        Assert.StartsWith(SystemdUnit.Mark, unit, StringComparison.Ordinal);
        string[] lines = unit.Split('\n');
        Assert.Contains("KillMode=process", lines);
        Assert.Contains("Delegate=yes", lines);
        Assert.Contains("OOMPolicy=continue", lines);
        Assert.Contains("Type=notify", lines);
        Assert.Contains("StandardOutput=null", lines);
        Assert.Contains("ExecStart=\"/opt/dormouse/Dormouse\" \"up\" \"--data\" \"/srv/dormouse\" \"--http\" \"4466\"", lines);
    }

    [Fact]
    public void A_word_means_nothing_to_systemd()
    {
        string unit = SystemdUnit.Text(["/bin/d"], ["up", "--data", "/srv/a \"b\" 100%h $HOME \\ \n[Service]"], "/srv/d");

        Assert.Contains(
            @"ExecStart=""/bin/d"" ""up"" ""--data"" ""/srv/a \""b\"" 100%%h $$HOME \\ \x0a[Service]""",
            unit,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("/srv/dormouse")]
    [InlineData("/srv/a \"folder\" of 100%h $HOME; 'x' \\ ü")]
    public async Task Systemd_itself_takes_a_unit_without_a_word(string data)
    {
        const string Verifier = "systemd-analyze";
        Assert.SkipUnless(FindProgram(Verifier) is not null, $"{Verifier} is not here");
        using var folder = new TestDataFolder();
        string file = Path.Combine(folder.Path, "dormouse.service");
        // It checks that the program is there, too.
        await File.WriteAllTextAsync(
            file,
            SystemdUnit.Text(["/bin/sh", "-c"], ["up", "--data", data], data),
            TestContext.Current.CancellationToken
        );

        using Process verifier = Process.Start(
            new ProcessStartInfo(Verifier, ["verify", "--man=no", file]) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        string said = await verifier.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verifier.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("dormouse.service", said, StringComparison.Ordinal);
        Assert.Equal(0, verifier.ExitCode);
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
