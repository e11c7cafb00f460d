using System.Xml.Linq;

namespace Dormouse.Tests.Tidy;

/// <summary>Who may reference whom: edge, control and instances meet at the contracts only, and what is pure stays pure.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Dormouse.Contracts"] = [],
        ["Dormouse.Query"] = ["Dormouse.Schema"],
        ["Dormouse.Schema"] = [],
        ["Dormouse.Migrations"] = ["Dormouse.Schema"],
        ["Dormouse.Postgres"] = [],
        ["Dormouse.Edge"] = ["Dormouse.Contracts", "Dormouse.Postgres", "Dormouse.Query"],
        ["Dormouse.Instances"] = ["Dormouse.Contracts", "Dormouse.Postgres"],
        ["Dormouse.Control"] = ["Dormouse.Contracts", "Dormouse.Postgres"],
        ["Dormouse"] =
        [
            "Dormouse.Contracts",
            "Dormouse.Control",
            "Dormouse.Edge",
            "Dormouse.Instances",
            "Dormouse.Migrations",
            "Dormouse.Postgres",
            "Dormouse.Query",
            "Dormouse.Schema",
        ],
    };

    private static readonly string[] PackageFree =
    [
        "Dormouse.Contracts",
        "Dormouse.Migrations",
        "Dormouse.Query",
        "Dormouse.Postgres",
        "Dormouse.Schema",
    ];

    public static TheoryData<string> Projects() =>
        new(Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src")).Select(folder => Path.GetFileName(folder)!));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_design_allows(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} is new: say here what it may reference.");
        Assert.Empty(Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Except(Allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Pure_projects_have_neither_packages_nor_the_web_framework(string project)
    {
        if (PackageFree.Contains(project))
        {
            Assert.Empty(Items(project, "PackageReference").Concat(Items(project, "FrameworkReference")));
        }
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument
            .Load(Path.Combine(RepositoryRoot.Path, "src", project, project + ".csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);
}
