using Dormouse.Contracts;
using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schemas;

/// <summary>The files of a Prisma schema: one file, or all in a folder and below it, which together are one schema.</summary>
internal static class SchemaFiles
{
    private const string Extension = ".prisma";

    /// <summary>Nobody nests a schema's folders deeper; the bound ends circles of links.</summary>
    private const int MostFolders = 16;

    /// <summary>More than the reader accepts in characters, in whatever encoding; a larger file is none, and is not read to find out.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>Where a schema is looked for when none is named, in the order of Prisma's own command line.</summary>
    private static readonly string[] Usual = ["schema.prisma", Path.Combine("prisma", "schema.prisma")];

    /// <summary>Reads the schema at a path, else the one at a usual place in a folder. Diagnostics name files as they are named here.</summary>
    /// <exception cref="DormouseException">There is none.</exception>
    public static IReadOnlyList<SourceFile> Read(string? path, string workingFolder)
    {
        string named =
            path ?? Usual.FirstOrDefault(name => File.Exists(Path.Combine(workingFolder, name))) ?? throw NotFound(workingFolder);
        string place = Path.Combine(workingFolder, named);
        if (!Directory.Exists(place))
        {
            return File.Exists(place)
                ? [Read(named, new FileInfo(place))]
                : throw new DormouseException(FailureKind.Caller, "DM1016", $"There is no schema at '{named}'.");
        }
        var below = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MostFolders };
        SourceFile[] files =
        [
            .. Directory
                .EnumerateFiles(place, "*" + Extension, below)
                .Select(file => Path.GetRelativePath(place, file))
                .Order(StringComparer.Ordinal)
                .Select(file => Read(Path.Combine(named, file), new FileInfo(Path.Combine(place, file)))),
        ];
        return files.Length > 0
            ? files
            : throw new DormouseException(FailureKind.Caller, "DM1016", $"No file in the folder '{named}' ends with '{Extension}'.");
    }

    private static SourceFile Read(string name, FileInfo file) =>
        file.Length <= MostBytes
            ? new SourceFile(name, File.ReadAllText(file.FullName))
            : throw new DormouseException(
                FailureKind.Caller,
                "DM1016",
                $"The file '{name}' has {file.Length} bytes, which is more than a schema may have."
            );

    private static DormouseException NotFound(string workingFolder) =>
        new(
            FailureKind.Caller,
            "DM1016",
            $"There is no schema in '{workingFolder}': neither '{Usual[0]}' nor '{Usual[1]}'. Name the file, or the folder that holds the files, "
                + "with --schema."
        );
}
