using System.Text.RegularExpressions;

namespace Dormouse.Tests.Tidy;

/// <summary>The house rules that a machine can hold: short files, honest names, a page for each code, nothing stray at the root.</summary>
public sealed partial class SourceTreeTests
{
    private const int LinesPerFileMax = 600;

    private static readonly string[] AtTheRoot =
    [
        "README.md",
        "SPECIFICATION.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "LICENSE",
        "dormouse",
        "Dormouse.slnx",
        "global.json",
        "Directory.Build.props",
        "Directory.Packages.props",
        "src",
        "test",
        "bench",
        "samples",
        "docs",
        "eng",
        "artifacts",
    ];

    [GeneratedRegex(@"\b(?:class|record|struct|interface)\s+(\w+(?:Manager|Helper|Helpers|Util|Utils|Wrapper|Processor|Impl))\b")]
    private static partial Regex EmptyNames();

    [GeneratedRegex("\"(DM[0-9]{4})\"")]
    private static partial Regex Codes();

    [Fact]
    public void No_source_file_is_longer_than_the_hard_limit() =>
        Assert.Empty(SourceFiles("src", "test", "bench").Where(file => File.ReadLines(file).Count() > LinesPerFileMax));

    [Fact]
    public void No_type_has_a_name_that_hides_its_job() =>
        Assert.Empty(
            SourceFiles("src", "bench").SelectMany(file => EmptyNames().Matches(File.ReadAllText(file))).Select(match => match.Value)
        );

    [Fact]
    public void No_source_file_uses_regions() =>
        Assert.Empty(
            SourceFiles("src", "test", "bench")
                .Where(file => File.ReadLines(file).Any(line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal)))
        );

    [Fact]
    public void Every_failure_code_has_its_page_and_every_page_its_code()
    {
        var codes = SourceFiles("src")
            .SelectMany(file => Codes().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        var pages = Directory
            .GetFiles(Path.Combine(RepositoryRoot.Path, "docs", "diagnostics"), "DM*.md")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .ToHashSet();
        Assert.Empty(codes.Except(pages).Select(code => $"{code} has no page"));
        Assert.Empty(pages.Except(codes).Select(code => $"the page of {code} has no code"));
    }

    [Fact]
    public void Nothing_stray_lies_at_the_root() =>
        Assert.Empty(
            Directory
                .GetFileSystemEntries(RepositoryRoot.Path)
                .Select(entry => Path.GetFileName(entry)!)
                .Where(name => !name.StartsWith('.'))
                .Except(AtTheRoot)
        );

    private static IEnumerable<string> SourceFiles(params string[] folders) =>
        folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal));
}
