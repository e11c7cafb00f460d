using System.Text.RegularExpressions;
using Dormouse.Testing;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Quickstart;

/// <summary>README's quickstart, word for word, in a clone of this checkout as a newcomer would have it.</summary>
public sealed partial class QuickstartTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    [Fact]
    public async Task The_quickstart_in_the_readme_works_word_for_word_in_a_clean_clone()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dormouse-quickstart-");
        string clone = Path.Combine(folder.FullName, "dormouse");
        try
        {
            await CopyAsync(clone, cancellationToken);
            string[] blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(clone, "README.md"), cancellationToken));
            Assert.NotEmpty(blocks);
            // One shell for all blocks, so that `cd` and variables reach from one to the next as they do in a terminal.
            string script = string.Join("\n", blocks);
            Assert.Contains("./dormouse up", script, StringComparison.Ordinal);

            ProcessRun run = await ProcessRun.OfAsync(
                "bash",
                ["-euo", "pipefail", "-c", script],
                Limit,
                cancellationToken,
                clone,
                NewcomersEnvironment()
            );

            string printed = run.Succeeded();
            // The sample app prints rows of the sample database; its seed begins with this title.
            Assert.Contains(await SampleTitleAsync(clone, cancellationToken), printed, StringComparison.Ordinal);
        }
        finally
        {
            if (File.Exists(Path.Combine(clone, "dormouse")))
            {
                await ProcessRun.OfAsync(Path.Combine(clone, "dormouse"), ["down"], TimeSpan.FromMinutes(2), CancellationToken.None, clone);
            }
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Without what the test runner's own tools set for themselves: it would reach the build of the clone.</summary>
    private static Dictionary<string, string?> NewcomersEnvironment()
    {
        string[] prefixes = ["MSBUILD", "VSTEST", "DOTNET_CLI", "DOTNET_HOST", "TESTINGPLATFORM", "XUNIT", "CI"];
        Dictionary<string, string?> changes = Environment
            .GetEnvironmentVariables()
            .Keys.Cast<string>()
            .Where(name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(name => name, string? (_) => null);
        changes["MSBUILDDISABLENODEREUSE"] = "1";
        return changes;
    }

    /// <summary>What git would clone, with the changes that are not committed yet.</summary>
    private static async Task CopyAsync(string clone, CancellationToken cancellationToken)
    {
        TimeSpan limit = TimeSpan.FromMinutes(1);
        string[] list = ["-C", Checkout.Root, "ls-files", "--cached", "--others", "--exclude-standard"];
        string files = (await ProcessRun.OfAsync("git", list, limit, cancellationToken)).Succeeded();
        foreach (string file in files.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string source = Path.Combine(Checkout.Root, file);
            string target = Path.Combine(clone, file);
            if (File.Exists(source))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target);
            }
        }
    }

    /// <summary>The shell blocks of the readme that directly follow a quickstart mark.</summary>
    private static string[] Blocks(string readme) => [.. MarkedBlock().Matches(readme).Select(block => block.Groups["commands"].Value)];

    private static async Task<string> SampleTitleAsync(string clone, CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(clone, "*.sql", SearchOption.AllDirectories))
        {
            string sql = await File.ReadAllTextAsync(file, cancellationToken);
            Match title = SeededTitle().Match(sql);
            if (file.Contains("ample", StringComparison.Ordinal) && title.Success)
            {
                return title.Groups["title"].Value;
            }
        }
        throw new InvalidOperationException("No script of the sample database inserts a post.");
    }

    [GeneratedRegex(@"<!-- quickstart -->\s*```sh\n(?<commands>.*?)```", RegexOptions.Singleline)]
    private static partial Regex MarkedBlock();

    [GeneratedRegex(@"INSERT INTO ""?[Pp]ost""?.*?VALUES\s*\([^']*'(?<title>[^']+)'", RegexOptions.Singleline)]
    private static partial Regex SeededTitle();
}
