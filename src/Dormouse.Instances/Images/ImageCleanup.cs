using Dormouse.Instances.Templates;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Images;

/// <summary>What was removed.</summary>
/// <param name="Images">Images to which nothing referred.</param>
/// <param name="Templates">The names of templates that nobody clones any more.</param>
public sealed record CleanedUp(IReadOnlyList<PostgresImage> Images, IReadOnlyList<string> Templates);

/// <summary>
/// Removes images and templates to which nothing refers any more. Only while no platform serves the data folder: one that does has chosen images for
/// restores and upgrades that no record names yet.
/// </summary>
/// <remarks>Nothing is removed while a database cannot tell what it needs.</remarks>
public sealed partial class ImageCleanup(ImageStore images, TemplateStore templates, ILogger<ImageCleanup> logger)
{
    /// <param name="instancesPath">The databases.</param>
    public CleanedUp Run(string instancesPath)
    {
        List<PostgresImage> removedImages = [];
        List<string> removedTemplates = [];
        try
        {
            var uses = ImageUses.Read(instancesPath);
            if (uses.Unreadable.Count > 0)
            {
                Log.Unreadable(logger, string.Join(", ", uses.Unreadable));
                return new CleanedUp([], []);
            }
            string? standard = images.FindDefault()?.Digest;
            foreach (string template in templates.RemoveUnused(digest => digest == standard || uses.IsFirstStartDue(digest)))
            {
                removedTemplates.Add(template);
                Log.TemplateRemoved(logger, template);
            }
            foreach (PostgresImage image in images.RemoveUnused(uses))
            {
                removedImages.Add(image);
                Log.ImageRemoved(logger, image.Digest, image.Version, image.Manifest.SizeBytes);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It costs disk and nothing else; the next start tries again.
            Log.Failed(logger, exception);
        }
        return new CleanedUp(removedImages, removedTemplates);
    }

    private static partial class Log
    {
        [LoggerMessage(
            3490,
            LogLevel.Information,
            "Removed the image {Digest} (PostgreSQL {Version}, {Bytes} bytes): nothing refers to it"
        )]
        public static partial void ImageRemoved(ILogger logger, string digest, string version, long bytes);

        [LoggerMessage(3491, LogLevel.Information, "Removed the template {Template}: no database is cloned from it any more")]
        public static partial void TemplateRemoved(ILogger logger, string template);

        [LoggerMessage(3492, LogLevel.Warning, "Old images stay, because it cannot be read which ones these databases need: {Folders}")]
        public static partial void Unreadable(ILogger logger, string folders);

        [LoggerMessage(3493, LogLevel.Warning, "An old image or template could not be removed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
