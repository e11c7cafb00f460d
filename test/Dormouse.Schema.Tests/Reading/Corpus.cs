using Dormouse.Testing;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>The schemas in the folder <c>corpus</c>: valid ones, and broken ones with what we say of them.</summary>
public static class Corpus
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "test", "Dormouse.Schema.Tests", "corpus");

    public static IEnumerable<string> Valid => Names("valid");

    public static IEnumerable<string> Broken => Names("broken");

    public static string PathOf(string kind, string name) => Path.Combine(Folder, kind, name + ".prisma");

    public static string Read(string kind, string name) => File.ReadAllText(PathOf(kind, name));

    private static IEnumerable<string> Names(string kind) =>
        Directory.GetFiles(Path.Combine(Folder, kind), "*.prisma").Select(file => Path.GetFileNameWithoutExtension(file)!).Order();
}
