namespace Dormouse.Testing.Node;

/// <summary>A version of the npm clients: its folder below <c>clients</c> and what is generated there.</summary>
/// <param name="Name">The folder with <c>package.json</c>, the lock file and the headers of the schemas.</param>
/// <param name="Clients">Schemas that hold a generator and a data source, and share their models.</param>
/// <param name="Complete">Schemas with models of their own.</param>
/// <param name="GenerateOptions">What <c>prisma generate</c> is told besides.</param>
public sealed record ClientSet(string Name, string[] Clients, string[] Complete, string[] GenerateOptions)
{
    private static readonly string[] NoEngine = ["--no-engine"];

    /// <summary>Client 7 and its query plan executor.</summary>
    public static readonly ClientSet Prisma7 = new("prisma7", ["preview", "default"], ["bench"], []);

    /// <summary>The last client 6, and Prisma's query engine of that version.</summary>
    public static readonly ClientSet Prisma6 = new("prisma6", ["preview", "default"], ["bench"], NoEngine);

    /// <summary>A client from the beginning of version 6.</summary>
    public static readonly ClientSet Prisma60 = new("prisma60", ["default"], [], NoEngine);

    /// <summary>The last client 5.</summary>
    public static readonly ClientSet Prisma5 = new("prisma5", ["default"], [], NoEngine);

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<ClientSet> All = [Prisma7, Prisma6, Prisma60, Prisma5];

    /// <summary>Where the folders of all sets lie.</summary>
    public static readonly string Root = Path.Combine(Checkout.Root, "test", "Dormouse.EndToEnd", "clients");

    /// <summary>The scripts, schemas and data that all sets share.</summary>
    public static readonly string Shared = Path.Combine(Root, "shared");

    /// <summary>The set's own scripts, lock file and schemas.</summary>
    public string Sources => Path.Combine(Root, Name);

    /// <summary>The models that <see cref="Clients"/> share.</summary>
    public static string Models => Path.Combine(Shared, "models.prisma");

    /// <summary>A script of the set's own, or else one that all share.</summary>
    public string Script(string name)
    {
        string own = Path.Combine(Sources, name);
        return File.Exists(own) ? own : Path.Combine(Shared, name);
    }
}
