using System.Text.RegularExpressions;

namespace Dormouse.Tests.Tidy;

public sealed partial class DocumentationTests
{
    [GeneratedRegex(@"\]\((?!https?:|#|mailto:)([^)#\s]+)")]
    private static partial Regex RelativeLinks();

    public static TheoryData<string> Pages() =>
        new(
            Directory
                .EnumerateFiles(RepositoryRoot.Path, "*.md", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))
                .Where(file =>
                    !file.Contains("node_modules", StringComparison.Ordinal) && !file.StartsWith("artifacts", StringComparison.Ordinal)
                )
        );

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_of_a_page_leads_somewhere(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(RepositoryRoot.Path, page))!;
        IEnumerable<string> targets = RelativeLinks()
            .Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, page)))
            .Select(match => match.Groups[1].Value);
        Assert.Empty(targets.Where(target => !Path.Exists(Path.Combine(folder, target))));
    }
}
