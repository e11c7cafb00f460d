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
        // It checks that the program is there, too.
        string unit = SystemdUnit.Text(["/bin/sh", "-c"], ["up", "--data", data], data);
        (_, string told) = await VerifyAsync(Verifier, unit.Replace("KillMode=process", "KillMode=nothing", StringComparison.Ordinal));
        Assert.SkipUnless(told.Contains("dormouse.service", StringComparison.Ordinal), $"{Verifier} takes anything here: '{told}'");

        (int status, string said) = await VerifyAsync(Verifier, unit);
        Assert.DoesNotContain("dormouse.service", said, StringComparison.Ordinal);
        Assert.Equal(0, status);
    }

    /// <summary>What it says of a unit; it knows some of this machine's, too.</summary>
    private static async Task<(int Status, string Said)> VerifyAsync(string verifier, string unit)
    {
        using var folder = new TestDataFolder();
        string file = Path.Combine(folder.Path, "dormouse.service");
        await File.WriteAllTextAsync(file, unit, TestContext.Current.CancellationToken);
        using Process process = Process.Start(
            new ProcessStartInfo(verifier, ["verify", "--man=no", file]) { RedirectStandardError = true }
        )!;
        string said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
